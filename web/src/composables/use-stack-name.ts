import { computed, ref } from 'vue';
import { useStacks } from '@/stores/lists';

/** The name of a stack that is to be made, and what is wrong with it: a key of the language. */
export function useStackName() {
  const stacks = useStacks();
  const name = ref('');
  const wrong = computed(() => {
    if (name.value === '') return undefined;
    if (!/^[a-z0-9][a-z0-9_-]*$/.test(name.value)) return 'stacks.nameWrong';
    return stacks.byKey.has(name.value) ? 'stacks.nameTaken' : undefined;
  });
  return { name, wrong };
}
