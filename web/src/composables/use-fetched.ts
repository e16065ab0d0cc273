import { onMounted, ref, shallowRef } from 'vue';
import { messageOf } from '@/client/errors';

/** Something that is asked for when the page opens, and again when it may have changed. */
export function useFetched<T>(fetch: () => Promise<T>, empty: T) {
  const value = shallowRef<T>(empty);
  const loaded = ref(false);
  const problem = ref('');

  async function load(): Promise<void> {
    try {
      value.value = await fetch();
      problem.value = '';
      loaded.value = true;
    } catch (error) {
      problem.value = messageOf(error);
    }
  }

  onMounted(load);
  return { value, loaded, problem, load };
}
