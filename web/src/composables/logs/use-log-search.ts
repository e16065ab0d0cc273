import { computed, ref, shallowRef, watch } from 'vue';
import { compileQuery, matchingRows } from '@/model/logs/log-search';
import type { LogRow, LogWindow } from '@/model/logs/log-window';

/** Finds rows of a log window as it grows; keeps the numbers of rows that hit, in order. */
export function useLogSearch(window: () => LogWindow) {
  const text = ref('');
  const regex = ref(false);
  const query = computed(() => compileQuery(text.value, regex.value));
  const matches = shallowRef<number[]>([]);
  /** The row last jumped to. */
  const current = ref<number>();
  const position = computed(() => (current.value === undefined ? 0 : matches.value.indexOf(current.value) + 1));

  watch(query, ({ pattern }) => {
    matches.value = pattern ? matchingRows(window().rows, pattern) : [];
    current.value = matches.value[matches.value.length - 1];
  });

  /** Looks through rows that came in only, and forgets those that went. */
  function update(rows: LogRow[], older: boolean): void {
    const { pattern } = query.value;
    if (!pattern) return;
    const found = matchingRows(rows, pattern);
    const first = window().firstSequence;
    const gone = (matches.value[0] ?? first) < first;
    if (found.length === 0 && !gone) return;
    const kept = gone ? matches.value.filter((sequence) => sequence >= first) : matches.value;
    matches.value = older ? [...found, ...kept] : [...kept, ...found];
  }

  /** The next (1) or previous (-1) match, round the end; answers the number of its row. */
  function step(direction: 1 | -1): number | undefined {
    const { length } = matches.value;
    if (length === 0) return undefined;
    const from = position.value === 0 ? (direction === 1 ? -1 : 0) : position.value - 1;
    current.value = matches.value[(from + direction + length) % length];
    return current.value;
  }

  return { text, regex, query, matches, current, position, update, step };
}
