import { ref } from 'vue';
import { messageOf } from '@/client/errors';

/** Something that is done at the press of a button: whether it is under way, and what went wrong. */
export function useBusy() {
  const busy = ref(false);
  const problem = ref('');

  /** @returns whether it was done */
  async function run(work: () => Promise<unknown>): Promise<boolean> {
    busy.value = true;
    problem.value = '';
    try {
      await work();
      return true;
    } catch (error) {
      problem.value = messageOf(error);
      return false;
    } finally {
      busy.value = false;
    }
  }

  return { busy, problem, run };
}
