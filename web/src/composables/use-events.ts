import { shallowRef } from 'vue';
import type { EventMessage } from '@/client/generated/docker/types.gen';
import { useChannel } from './use-channel';

const KEPT = 2000;

/** Events of the last `hours` and those that follow, the newest first. */
export function useEvents(hours: number) {
  const events = shallowRef<EventMessage[]>([]);
  const from = Date.now() - hours * 3600_000;
  let newest = 0;

  /** Docker takes `since` as seconds with nanoseconds behind the point; the newest one comes again and is left out. */
  useChannel('events', {
    params: () => ({ since: newest ? (newest / 1e9).toFixed(6) : (from / 1000).toFixed(3) }),
    data: (batch) => {
      const fresh = batch.filter(({ timeNano }) => timeNano > newest);
      if (fresh.length === 0) return;
      newest = fresh.reduce((latest, { timeNano }) => Math.max(latest, timeNano), newest);
      events.value = [...fresh.toReversed(), ...events.value].slice(0, KEPT);
    },
  });
  return { events };
}
