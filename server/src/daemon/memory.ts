import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import type { LoggerService } from '@nestjs/common';
import { messageOf } from '../base/errors.js';
import { service } from '../libcontainer/index.js';

/** How often it is looked whether the daemon rests, in milliseconds. */
const INTERVAL = 5 * 60_000;
/** Share of that time in which the daemon may do something and still rest. */
const RESTING = 0.02;
/** Bytes that resident memory has grown by before giving them back is worth what it costs: a tenth of a second, and a slower next request. */
const WORTHWHILE = 16 << 20;

/**
 * Gives back to the system what only the start needed, now rather than when the heap next fills, and from then on what work has
 * left behind, whenever the daemon rests after it. From here on V8 prefers memory to speed; a start that did would last a quarter
 * longer. Without --expose-gc the heap is left alone.
 */
export async function keepMemorySmall(log: Pick<LoggerService, 'warn'>): Promise<void> {
  setFlagsFromString('--optimize-for-size');
  await giveBack();
  let least = process.memoryUsage.rss();
  let before = performance.eventLoopUtilization();
  setInterval(() => {
    const now = performance.eventLoopUtilization();
    const rests = performance.eventLoopUtilization(now, before).utilization < RESTING;
    before = now;
    if (!rests || process.memoryUsage.rss() < least + WORTHWHILE) return;
    giveBack().then(
      () => (least = process.memoryUsage.rss()),
      (error: unknown) => log.warn(`memory is not given back: ${messageOf(error)}`),
    );
  }, INTERVAL).unref();
}

/** V8 drops all code that is not running, malloc what has been freed, and pages of node's own code go that are not in use. */
async function giveBack(): Promise<void> {
  await globalThis.gc?.({ type: 'major', flavor: 'last-resort', execution: 'async' });
  service.trim();
  service.dropFilePages();
}
