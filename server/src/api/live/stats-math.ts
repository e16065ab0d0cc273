import { totalmem } from 'node:os';
import type { Usage } from '../../engine/container/usage.js';
import type { StatsSample } from './protocol.js';

/** One look at a container. */
export interface Look {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Milliseconds by a clock that is never set. */
  readonly clock: number;
  readonly usage: Usage;
}

/** What the page shows of a container between two looks at it. The processor is counted as `docker stats` does: 100 is one CPU. */
export function statsBetween(id: string, before: Look, now: Look): StatsSample {
  const { usage } = now;
  const seconds = (now.clock - before.clock) / 1000;
  const rate = (counter: keyof Usage) => (seconds > 0 ? Math.max(0, (usage[counter] - before.usage[counter]) / seconds) : 0);
  return {
    id,
    time: now.time,
    cpu: (rate('cpu') / 1e9) * 100,
    memory: usage.memory,
    memoryLimit: Math.min(usage.memoryLimit, totalmem()),
    networkReceive: rate('received'),
    networkTransmit: rate('sent'),
    blockRead: rate('blockRead'),
    blockWrite: rate('blockWritten'),
    pids: usage.pids,
  };
}
