const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How far apart points are, and for how long they are kept; seconds. */
export interface Tier {
  readonly step: number;
  readonly keep: number;
}

/** Kept in memory. */
export const FINEST: Tier = { step: 1, keep: 15 * MINUTE };
/** Kept on the disk, the finest first. */
export const TIERS: readonly Tier[] = [
  { step: 10, keep: 6 * HOUR },
  { step: MINUTE, keep: 7 * DAY },
  { step: 15 * MINUTE, keep: 90 * DAY },
];

/** The finest tier that reaches back to `from`. @param now seconds since 1970 */
export function tierFor(from: number, now: number): Tier {
  return [FINEST, ...TIERS].find(({ keep }) => now - from <= keep) ?? TIERS[TIERS.length - 1]!;
}
