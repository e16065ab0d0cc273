import type { Schedule } from './schedule.js';

/** Does what a schedule says. */
export interface Action {
  /** @returns what came of it, for people */
  run(schedule: Schedule, signal: AbortSignal): Promise<string>;
}
