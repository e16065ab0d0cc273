import { defineStore } from 'pinia';
import { shallowReactive } from 'vue';
import type { StatsSample } from '@live';

/** Ten minutes at one sample a second. */
export const HISTORY = 600;

/** Samples of containers, the newest last; the arrays are replaced, never changed. */
export const useStatsHistory = defineStore('stats', () => {
  const byId = shallowReactive(new Map<string, readonly StatsSample[]>());

  function add(samples: StatsSample[]): void {
    for (const sample of samples) {
      const before = byId.get(sample.id) ?? [];
      if (before.length > 0 && sample.time <= (before[before.length - 1]?.time ?? 0)) continue;
      byId.set(sample.id, [...before.slice(-HISTORY + 1), sample]);
    }
  }

  /** Forgets containers that are gone. */
  function keepOnly(ids: ReadonlyMap<string, unknown>): void {
    for (const id of byId.keys()) if (!ids.has(id) && id !== '@host') byId.delete(id);
  }

  return { byId, add, keepOnly };
});
