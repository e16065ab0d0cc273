import { ref, shallowRef, watch, type WatchSource } from 'vue';
import { messageOf } from '@/client/errors';

/** Reads an object now and whenever what is watched changes; an answer that was overtaken is dropped. */
export function useInspect<Data>(read: () => Promise<Data>, changes: WatchSource<unknown>[]) {
  const data = shallowRef<Data>();
  const error = ref<string>();
  let round = 0;

  async function refresh(): Promise<void> {
    const mine = ++round;
    try {
      const answer = await read();
      if (mine !== round) return;
      data.value = answer;
      error.value = undefined;
    } catch (reason) {
      if (mine === round) error.value = messageOf(reason);
    }
  }

  watch(changes, refresh, { immediate: true });
  return { data, error, refresh };
}
