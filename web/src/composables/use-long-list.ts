import { useVirtualizer, type VirtualItem } from '@tanstack/vue-virtual';
import { computed, type ComputedRef, type Ref } from 'vue';

/** Up to so many rows all of them are drawn: the browser finds text in them, and nothing has to be reckoned. */
const FEW = 100;
const OVERSCAN = 6;
/** What scrolls under the head of every page. */
const SCROLLS = 'main';

export interface LongList<Item> {
  /** What is to be drawn, with its place among all. */
  drawn: ComputedRef<{ item: Item; at: number }[]>;
  /** Pixels to keep free for what is not, above and below. */
  above: ComputedRef<number>;
  below: ComputedRef<number>;
  /** Whether only a part is drawn. */
  long: ComputedRef<boolean>;
}

/** Draws of a long list what is on the screen, and little more. @param box what the rows are in @param height of a row, in pixels */
export function useLongList<Item>(items: () => readonly Item[], box: Readonly<Ref<HTMLElement | null>>, height: number): LongList<Item> {
  const scrolling = () => document.getElementById(SCROLLS);
  const long = computed(() => items().length > FEW && box.value !== null);
  const virtual = useVirtualizer(
    computed(() => ({
      count: long.value ? items().length : 0,
      getScrollElement: scrolling,
      estimateSize: () => height,
      overscan: OVERSCAN,
      scrollMargin: long.value ? offsetIn(box.value!, scrolling()) : 0,
    })),
  );
  // The same array as long as it is about the same rows: it is told of every pixel that is scrolled.
  const range = computed<readonly VirtualItem[]>((before) => {
    const now = virtual.value.getVirtualItems();
    const same =
      before?.length === now.length && before.every(({ index, start }, at) => index === now[at]!.index && start === now[at]!.start);
    return same ? before : now;
  });
  const margin = computed(() => virtual.value.options.scrollMargin);
  return {
    long,
    drawn: computed(() =>
      long.value
        ? range.value.flatMap(({ index }) => (index < items().length ? [{ item: items()[index]!, at: index }] : []))
        : items().map((item, at) => ({ item, at })),
    ),
    above: computed(() => (long.value ? (range.value[0]?.start ?? margin.value) - margin.value : 0)),
    below: computed(() => (long.value ? virtual.value.getTotalSize() - ((range.value.at(-1)?.end ?? margin.value) - margin.value) : 0)),
  };
}

function offsetIn(box: HTMLElement, scrolling: HTMLElement | null): number {
  return scrolling ? box.getBoundingClientRect().top - scrolling.getBoundingClientRect().top + scrolling.scrollTop : 0;
}
