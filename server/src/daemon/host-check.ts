import { readFileSync } from 'node:fs';
import { forbidden, unavailable } from '../base/errors.js';

/** Tells in a sentence what the daemon cannot do without. @throws Forbidden, Unavailable */
export function checkHost(): void {
  if (process.platform !== 'linux') throw unavailable(`slipwayd runs on Linux, not on ${process.platform}`);
  if (process.getuid?.() !== 0) throw forbidden('slipwayd needs root: start it with sudo or as a system service');
  if (!/^nodev\toverlay$/m.test(readFileSync('/proc/filesystems', 'utf8')))
    throw unavailable('this kernel has no overlayfs, in which layers are kept: load it with "modprobe overlay"');
}
