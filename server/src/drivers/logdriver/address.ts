import { invalidParameter } from '../../base/errors.js';

/** Where a log is sent. */
export type Address =
  { readonly scheme: string; readonly host: string; readonly port: number } | { readonly scheme: string; readonly path: string };

/**
 * Reads scheme://host:port, host:port or unix:///path.
 * @param schemes those that are taken; the first is meant when none is written
 * @param option named in errors
 * @throws InvalidParameter
 */
export function parseAddress(option: string, text: string, schemes: readonly string[], port: number): Address {
  const [, scheme = schemes[0] ?? '', rest = ''] = /^(?:([a-z+]+):\/\/)?(.*)$/.exec(text) ?? [];
  if (!schemes.includes(scheme))
    throw invalidParameter(`${option} should be in form proto://address, proto one of ${schemes.join(', ')}: got ${text}`);
  if (scheme.startsWith('unix')) {
    if (!rest.startsWith('/')) throw invalidParameter(`${option} ${text} has no absolute path`);
    return { scheme, path: rest };
  }
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:/[\]]+))(?::(\d{1,5}))?$/i.exec(rest);
  const host = match?.[1] ?? match?.[2];
  const number = match?.[3] === undefined ? port : Number(match[3]);
  if (host === undefined || number < 1 || number > 65_535) throw invalidParameter(`${option} ${text} is no address: write host:port`);
  return { scheme, host, port: number };
}
