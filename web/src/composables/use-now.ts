import { onScopeDispose, ref, type Ref } from 'vue';

/** The time, renewed every `seconds`, for texts such as "3 minutes ago". */
export function useNow(seconds = 10): Ref<number> {
  const now = ref(Date.now());
  const timer = setInterval(() => (now.value = Date.now()), seconds * 1000);
  onScopeDispose(() => clearInterval(timer));
  return now;
}
