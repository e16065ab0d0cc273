import { readFileSync } from 'node:fs';
import { invalidParameter, messageOf } from '../../base/errors.js';
import type { Flag } from './flag.js';
import { convert, FLAGS, type FlagName, type Settings } from './flags.js';

const DEFAULT_CONFIG_FILE = '/etc/slipway/daemon.json';

/** What only makes sense on the command line. */
const NOT_IN_FILE = new Set(['config-file', 'validate', 'repair-database', 'help', 'version']);

/** May be said in both places: they are added to each other. */
const ADDED = new Set<FlagName>(['add-runtime']);

/** Flags by their name in the file. */
const KEYS = new Map(
  Object.entries<Flag>(FLAGS)
    .filter(([name]) => !NOT_IN_FILE.has(name))
    .map(([name, { file }]) => [file ?? name, name as FlagName]),
);

/**
 * Reads the configuration file that the flags name, or the default one where it is.
 * @param given the flags: nothing may be said in both places
 * @throws InvalidParameter naming the file and the keys, in the words of dockerd
 */
export function readConfigFile(given: Settings): Settings {
  const path = (given['config-file'] as string | undefined) ?? DEFAULT_CONFIG_FILE;
  const wrong = (what: string) => invalidParameter(`unable to configure the daemon with file ${path}: ${what}`);
  const values = inPresentForm(parse(path, given['config-file'] !== undefined), wrong);
  const unknown = Object.keys(values).filter((key) => !KEYS.has(key));
  if (unknown.length > 0) throw wrong(`the following directives don't match any configuration option: ${unknown.join(', ')}`);
  const settings: Record<string, Settings[FlagName]> = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [KEYS.get(key)!, fromFile(path, key, value)]),
  );
  for (const name of ADDED)
    if (settings[name] && given[name]) Object.assign(settings, { [name]: { ...(settings[name] as object), ...(given[name] as object) } });
  const twice = Object.entries(settings).filter(([name]) => given[name as FlagName] !== undefined && !ADDED.has(name as FlagName));
  if (twice.length === 0) return settings;
  const told = twice.map(([name, value]) => `${name}: (from flag: ${text(given[name as FlagName])}, from file: ${text(value)})`);
  throw wrong(`the following directives are specified both as a flag and in the configuration file: ${told.join(', ')}`);
}

/** Takes `proxies` apart, and the former `host-gateway-ip` into the list of today. */
function inPresentForm(values: Record<string, unknown>, wrong: (what: string) => Error): Record<string, unknown> {
  const { proxies = {}, 'host-gateway-ip': gateway, ...rest } = values;
  if (typeof proxies !== 'object' || proxies === null || Array.isArray(proxies)) throw wrong('proxies must be an object');
  if (gateway !== undefined && rest['host-gateway-ips'] !== undefined)
    throw wrong('host-gateway-ip and host-gateway-ips must not both be specified in the config file');
  return { ...rest, ...proxies, ...(gateway !== undefined && { 'host-gateway-ips': [gateway] }) };
}

function fromFile(path: string, key: string, value: unknown): Settings[FlagName] {
  try {
    return convert(KEYS.get(key)!, value);
  } catch (error) {
    throw invalidParameter(`unable to configure the daemon with file ${path}: ${key}: ${messageOf(error)}`, error);
  }
}

/** The object in the file; an empty one where the default file is missing, or a file has nothing in it. */
function parse(path: string, named: boolean): Record<string, unknown> {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    if (!named && (error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw invalidParameter(`cannot read the configuration file ${path}: ${messageOf(error)}`, error);
  }
  if (content.trim() === '') return {};
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (error) {
    throw invalidParameter(`the configuration file ${path} is not JSON: ${messageOf(error)}`, error);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw invalidParameter(`the configuration file ${path} must hold an object`);
  return json as Record<string, unknown>;
}

function text(value: Settings[FlagName]): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
