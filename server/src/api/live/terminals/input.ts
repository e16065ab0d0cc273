import type { Readable, Writable } from 'node:stream';
import { unavailable } from '../../../base/errors.js';

/** Bytes a process may leave unread of what is typed or pasted. */
const LARGEST_INPUT = 4 * 1024 * 1024;
/** A page detaches by closing; the keys that do it elsewhere are ordinary ones here. This sequence is never typed. */
export const NO_DETACH_KEYS = 'ctrl-@,ctrl-^,ctrl-@,ctrl-_';

/** Passes on what is typed. A process that does not read it loses its terminal before the daemon runs out of memory. */
export function inputTo(output: Readable, input: Writable | undefined): (data: Uint8Array) => void {
  return (data) => {
    if (!input?.writable) return;
    input.write(data);
    if (input.writableLength > LARGEST_INPUT) output.destroy(unavailable('the process does not read its input: the terminal was closed'));
  };
}
