import { computed, shallowRef, type Ref } from 'vue';
import type { TerminalSummary } from '@live';
import { applyChange } from '@/model/list-change';
import { useChannel } from './use-channel';

/** The terminals that the daemon keeps for a container, the oldest first. */
export function useTerminalSessions(container: Readonly<Ref<string>>) {
  const all = shallowRef<ReadonlyMap<string, TerminalSummary>>(new Map());
  const loaded = shallowRef(false);
  useChannel('terminals', {
    params: () => ({}),
    data: (change) => {
      all.value = applyChange(all.value, change, ({ id }) => id);
      loaded.value = true;
    },
  });
  const sessions = computed(() => [...all.value.values()].filter((session) => session.container === container.value));
  return { sessions, loaded };
}
