import { readConfigFile } from './config-file.js';
import { readFlags, type Settings } from './flags.js';

/** Reads the command line and the configuration file. @throws InvalidParameter naming the flag or the key */
export function readSettings(argv: readonly string[]): Settings {
  const given = readFlags(argv);
  return { ...given, ...readConfigFile(given) };
}
