import { shallowRef, watch, type Ref } from 'vue';
import { messageOf } from '@/client/errors';
import { readEvents, type EventScope } from '@/client/event-history';
import type { EventMessage } from '@/client/generated/docker/types.gen';
import { readStats, type StatsHistory } from '@/client/stats-history';
import type { Span } from '@/model/timeline';

/** Events and use of something over a span, read anew when either changes; an answer that was overtaken is dropped. */
export function useTimeline(series: Readonly<Ref<string>>, span: Readonly<Ref<Span>>) {
  const events = shallowRef<EventMessage[]>([]);
  const stats = shallowRef<StatsHistory>();
  const problem = shallowRef('');
  const loaded = shallowRef(false);
  let round = 0;

  async function read(): Promise<void> {
    const mine = ++round;
    const { from, to } = span.value;
    try {
      const [happened, used] = await Promise.all([readEvents(scopeOf(series.value), from, to), readStats(series.value, from, to)]);
      if (mine !== round) return;
      events.value = happened;
      stats.value = used;
      problem.value = '';
    } catch (error) {
      if (mine === round) problem.value = messageOf(error);
    }
    loaded.value = true;
  }

  watch([series, span], () => void read(), { immediate: true });
  return { events, stats, problem, loaded, read };
}

/** `host`, `container:NAME` or `project:NAME`. */
function scopeOf(series: string): EventScope {
  const [kind, name = ''] = series.split(/:(.*)/s);
  return kind === 'container' || kind === 'project' ? { kind, name } : { kind: 'host' };
}
