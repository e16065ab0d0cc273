import { invalidParameter } from '../../../base/errors.js';

/** A file system that a local volume mounts, in the words of mount(8). */
export interface MountRequest {
  readonly type: string;
  readonly device: string;
  readonly options: string;
}

const KNOWN = new Set(['type', 'o', 'device', 'size']);

/**
 * Reads a local volume's options: `type`, `device` and `o` of mount(8). None at all makes a plain folder.
 * @throws InvalidParameter naming the option
 */
export function parseOptions(volume: string, options: Readonly<Record<string, string>>): MountRequest | undefined {
  const wrong = (what: string) => invalidParameter(`create ${volume}: ${what}`);
  for (const name of Object.keys(options)) if (!KNOWN.has(name)) throw wrong(`invalid option: "${name}"`);
  if (options['size'] !== undefined) throw wrong('quota size requested but no quota support');
  if (Object.keys(options).length === 0) return undefined;
  const { type = '', device = '', o = '' } = options;
  if (!type) throw wrong('missing required option: "type"');
  if (!device) throw wrong('missing required option: "device"');
  if (device.startsWith('-')) throw wrong(`invalid device "${device}"`);
  if (!/^[\w.-]+(,[\w.-]+)*$/.test(type) || type.startsWith('-')) throw wrong(`invalid type "${type}"`);
  if (o.includes('\0') || device.includes('\0')) throw wrong('an option has a NUL byte');
  return { type, device, options: o };
}
