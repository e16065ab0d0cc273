import { onScopeDispose, shallowRef, watch, type Ref } from 'vue';
import type { StatsSample } from '@live';
import { messageOf } from '@/client/errors';
import { readStats, type StatsHistory } from '@/client/stats-history';

/** How much of the past is looked at; seconds. */
export const RANGES = [
  { value: '900', label: '15 minutes' },
  { value: '3600', label: '1 hour' },
  { value: '21600', label: '6 hours' },
  { value: '86400', label: '1 day' },
  { value: '604800', label: '7 days' },
  { value: '2592000', label: '30 days' },
  { value: '7776000', label: '90 days' },
];

/** The use of something over a span that ends now; read anew when a new point of it is due. */
export function useStatsRange(series: Readonly<Ref<string>>, seconds: Readonly<Ref<number>>) {
  const samples = shallowRef<readonly StatsSample[]>([]);
  const loaded = shallowRef(false);
  const problem = shallowRef('');
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;

  async function read(): Promise<void> {
    clearTimeout(timer);
    const number = ++asked;
    const now = Math.floor(Date.now() / 1000);
    try {
      const history = await readStats(series.value, now - seconds.value, now);
      if (number !== asked) return;
      samples.value = toSamples(series.value, history);
      problem.value = '';
      timer = setTimeout(() => void read(), Math.max(5, history.step) * 1000);
    } catch (error) {
      problem.value = messageOf(error);
    }
    loaded.value = true;
  }

  watch([series, seconds], () => void read(), { immediate: true });
  onScopeDispose(() => {
    asked = -1;
    clearTimeout(timer);
  });
  return { samples, loaded, problem };
}

function toSamples(id: string, { time, ...rows }: StatsHistory): StatsSample[] {
  return time.map((second, at) => ({
    id,
    time: second * 1000,
    cpu: rows.cpu[at] ?? 0,
    memory: rows.memory[at] ?? 0,
    memoryLimit: 0,
    networkReceive: rows.networkReceive[at] ?? 0,
    networkTransmit: rows.networkTransmit[at] ?? 0,
    blockRead: rows.blockRead[at] ?? 0,
    blockWrite: rows.blockWrite[at] ?? 0,
    pids: rows.pids[at] ?? 0,
  }));
}
