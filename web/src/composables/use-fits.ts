import { onScopeDispose, ref, watch, type Ref } from 'vue';

/**
 * Whether something is no wider than the box it is in. A box that need not scroll is better none that could: the browser draws what
 * scrolls as a layer of its own, with everything that is in it.
 */
export function useFits(box: Readonly<Ref<HTMLElement | null>>, content: Readonly<Ref<HTMLElement | null>>): Ref<boolean> {
  const fits = ref(false);
  const measure = () => (fits.value = box.value !== null && content.value !== null && content.value.offsetWidth <= box.value.clientWidth);
  const observer = new ResizeObserver(measure);
  watch(
    [box, content],
    (elements) => {
      observer.disconnect();
      for (const element of elements) if (element) observer.observe(element);
    },
    { immediate: true, flush: 'post' },
  );
  onScopeDispose(() => observer.disconnect());
  return fits;
}
