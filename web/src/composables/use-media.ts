import { onScopeDispose, ref, type Ref } from 'vue';

/** Whether a media query holds. */
export function useMedia(query: string): Ref<boolean> {
  const media = matchMedia(query);
  const matches = ref(media.matches);
  const update = () => (matches.value = media.matches);
  media.addEventListener('change', update);
  onScopeDispose(() => media.removeEventListener('change', update));
  return matches;
}

/** Phones: tables become cards, the rail a bar at the bottom. */
export const useNarrow = (): Ref<boolean> => useMedia('(max-width: 767px)');
