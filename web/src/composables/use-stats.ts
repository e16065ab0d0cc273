import { useStatsHistory } from '@/stores/stats';
import { useChannel } from './use-channel';

/** Keeps the samples of some containers, or of all that run, coming for as long as the component lives. */
export function useStats(ids?: string[]): void {
  const history = useStatsHistory();
  useChannel('stats', { params: () => ({ ids }), data: (samples) => history.add(samples) });
}
