import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue';
import { checkStack, composeKeys, type StackCheck, type StackContent, type StackKey } from '@/client/stacks';

/** How long nobody types before the daemon is asked; milliseconds. */
const PAUSE = 350;

const nothing: StackCheck = { problems: [], variables: [], services: [], profiles: [] };

/** The text of a stack as it is edited, checked by the daemon. */
export function useStackEditor(name: () => string) {
  const content = ref<StackContent>({ compose: '', env: '' });
  const saved = ref<StackContent>({ compose: '', env: '' });
  const check = shallowRef<StackCheck>(nothing);
  const keys = shallowRef<StackKey[]>([]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let round = 0;

  const changed = computed(() => content.value.compose !== saved.value.compose || content.value.env !== saved.value.env);
  const errors = computed(() => check.value.problems.filter(({ severity }) => severity === 'error'));

  async function ask(): Promise<void> {
    const mine = ++round;
    try {
      const answer = await checkStack(/^[a-z0-9][a-z0-9_-]*$/.test(name()) ? name() : 'new', { ...content.value });
      if (mine === round) check.value = answer;
    } catch {
      // The daemon is away: what it said last stands until it is back and something is typed.
    }
  }

  function load(next: StackContent): void {
    content.value = { compose: next.compose, env: next.env };
    saved.value = { ...content.value };
  }

  watch(
    () => [content.value.compose, content.value.env],
    () => {
      clearTimeout(timer);
      timer = setTimeout(() => void ask(), PAUSE);
    },
  );
  composeKeys().then(
    (found) => (keys.value = found),
    () => {},
  );
  onScopeDispose(() => clearTimeout(timer));

  return { content, changed, check, errors, keys, load, markSaved: () => (saved.value = { ...content.value }) };
}
