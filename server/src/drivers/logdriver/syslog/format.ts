import { hostname } from 'node:os';
import { invalidParameter } from '../../../base/errors.js';
import type { LogRecord } from '../driver.js';

/** Numbers of the facilities (RFC 5424, section 6.2.1). */
const FACILITIES = 'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp'.split(' ');
const FIRST_LOCAL = 16;
const DEFAULT_FACILITY = 'daemon';
const ERROR = 3;
const INFORMATION = 6;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** A message of one record, without framing. */
export type Format = (record: LogRecord) => string;

/** The number of a facility, by name or as a number. @throws InvalidParameter */
export function parseFacility(text: string | undefined): number {
  const name = text || DEFAULT_FACILITY;
  const local = /^local([0-7])$/.exec(name);
  if (local) return FIRST_LOCAL + Number(local[1]);
  const number = FACILITIES.includes(name) ? FACILITIES.indexOf(name) : Number(name);
  if (Number.isInteger(number) && number >= 0 && number <= 23) return number;
  throw invalidParameter(`invalid syslog facility: ${name}`);
}

/** The format called `name`; messages of the local system leave the host's name out. @throws InvalidParameter */
export function parseFormat(name: string | undefined, facility: number, tag: string): Format {
  const host = hostname();
  const priority = (record: LogRecord) => `<${facility * 8 + (record.stream === 'stderr' ? ERROR : INFORMATION)}>`;
  const process = `[${globalThis.process.pid}]`;
  const structured = (time: (record: LogRecord) => string) => (record: LogRecord) =>
    `${priority(record)}1 ${time(record)} ${host} ${tag} ${globalThis.process.pid} ${tag} - ${record.line}`;
  switch (name ?? '') {
    case '':
      return (record) => `${priority(record)}${stamp(record)} ${tag}${process}: ${record.line}`;
    case 'rfc3164':
      return (record) => `${priority(record)}${stamp(record)} ${host} ${tag}${process}: ${record.line}`;
    case 'rfc5424':
      return structured(({ time }) => time.replace(/\.\d+Z$/, 'Z'));
    case 'rfc5424micro':
      return structured(({ time }) => time.replace(/(\.\d{1,6})\d*Z$/, '$1Z'));
    default:
      throw invalidParameter(`Invalid syslog format: ${name}`);
  }
}

/** Such as `Nov  5 14:03:09`, in the time of this host (RFC 3164, section 4.1.2). */
function stamp({ time }: LogRecord): string {
  const date = new Date(time);
  const two = (number: number) => String(number).padStart(2, '0');
  const day = String(date.getDate()).padStart(2, ' ');
  return `${MONTHS[date.getMonth()]} ${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
