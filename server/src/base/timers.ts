const LONGEST = 2 ** 31 - 1;

/** Milliseconds for a timer: Node lets one that is longer than 24.8 days go off at once. */
export const timerMs = (milliseconds: number): number => Math.min(milliseconds, LONGEST);
