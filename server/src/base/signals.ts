import { constants } from 'node:os';
import { invalidParameter } from './errors.js';

const REALTIME: Readonly<Record<string, number>> = { RTMIN: 34, RTMAX: 64 };

/** The number of a signal given as a number or a name, with or without SIG; `RTMIN+3` too. @throws InvalidParameter */
export function parseSignal(text: string): number {
  if (/^\d+$/.test(text)) {
    const number = Number(text);
    if (number >= 1 && number <= 64) return number;
    throw invalidParameter(`invalid signal: ${text}`);
  }
  const name = text.toUpperCase().replace(/^SIG/, '');
  const [, base = name, sign = '', offset = '0'] = /^(RTMIN|RTMAX)([+-])(\d{1,2})$/.exec(name) ?? [];
  const start = REALTIME[base] ?? (constants.signals as Record<string, number>)[`SIG${base}`];
  const number = start === undefined ? 0 : sign === '-' ? start - Number(offset) : start + Number(offset);
  if (number < 1 || number > 64) throw invalidParameter(`invalid signal: ${text}`);
  return number;
}
