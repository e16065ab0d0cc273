import { nextTick, ref, watch, type Ref } from 'vue';

/**
 * Keeps the columns of a table as wide as they first came out, where only a part of its rows is drawn: else they would move with
 * every row that comes in. @param when whether they are to be kept
 */
export function useFixedWidths(table: Readonly<Ref<HTMLTableElement | null>>, when: () => boolean, anew: () => unknown): Ref<number[]> {
  const widths = ref<number[]>([]);
  watch(
    [when, anew, table],
    async () => {
      widths.value = [];
      if (!when()) return;
      await nextTick();
      widths.value = [...(table.value?.tHead?.rows[0]?.cells ?? [])].map(({ offsetWidth }) => offsetWidth);
    },
    { immediate: true, flush: 'post' },
  );
  return widths;
}
