import { setFlagsFromString } from 'node:v8';
import { service } from '../libcontainer/index.js';

/**
 * Gives back to the system what only the start needed, now rather than when the heap next fills: V8 drops all code that is not
 * running, malloc what has been freed, and code of node's that only a start runs is dropped. Without --expose-gc the heap is
 * left alone. From here on V8 prefers memory to speed; a start that did would last a quarter longer.
 */
export async function giveBackMemory(): Promise<void> {
  setFlagsFromString('--optimize-for-size');
  await globalThis.gc?.({ type: 'major', flavor: 'last-resort', execution: 'async' });
  service.trim();
  service.dropFilePages();
}
