/** Bytes of buffers that may be handed out before the dead among them are collected. */
const YOUNG = 2 << 20;
let handedOut = 0;

/**
 * To be told of buffers that pass through. V8 counts their memory but not that they die young, and in a heap kept small
 * marks all of it for every few megabytes of them, which costs more than all else that is done to an image; collecting the young
 * before takes a fraction of a millisecond. Without --expose-gc nothing is done.
 */
export function passing(bytes: number): void {
  handedOut += bytes;
  if (handedOut < YOUNG) return;
  handedOut = 0;
  globalThis.gc?.({ type: 'minor' });
}
