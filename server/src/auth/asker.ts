import { AsyncLocalStorage } from 'node:async_hooks';
import type { Rights } from './rights.js';

/** On whose behalf something is done. */
export interface Asker {
  readonly name: string;
  readonly rights: Rights;
}

const askers = new AsyncLocalStorage<Asker>();

/** Does `work`, and whatever comes of it, on behalf of `asker`. */
export function onBehalfOf<T>(asker: Asker, work: () => T): T {
  return askers.run(asker, work);
}

/** Who asked for what is being done; undefined where the daemon acts by itself. */
export function askerOf(): Asker | undefined {
  return askers.getStore();
}

/** True when what is done must not reach the host's own files. */
export function isConfined(): boolean {
  const asker = askerOf();
  return asker !== undefined && !asker.rights.everywhere('admin');
}
