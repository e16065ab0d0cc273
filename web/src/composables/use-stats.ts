import type { StatsSample } from '@live';
import { useStatsHistory } from '@/stores/stats';
import { useChannel } from './use-channel';
import { nextFrame } from './use-frame';

/** Samples taken in at a time: those of hundreds of containers at once would keep the page from its next frame. */
const AT_ONCE = 50;

/** Keeps the samples of some containers, or of all that run, coming for as long as the component lives. */
export function useStats(ids?: string[]): void {
  const history = useStatsHistory();
  let taken = Promise.resolve();
  const take = async (samples: StatsSample[]) => {
    for (let at = 0; at < samples.length; at += AT_ONCE) {
      if (at > 0) await nextFrame();
      history.add(samples.slice(at, at + AT_ONCE));
    }
  };
  useChannel('stats', { params: () => ({ ids }), data: (samples) => void (taken = taken.then(() => take(samples))) });
}
