import { onScopeDispose, shallowRef, triggerRef } from 'vue';
import { messageOf } from '@/client/errors';
import { isLater, LogWindow, type LogRow } from '@/model/logs/log-window';
import { readLog } from './read-log';
import type { Logs, LogsChanged } from './use-logs';

const PART = 1000;

/** A part of a log round a moment, with what stands before and after it on demand; without a moment, its end. */
export function useLogExcerpt(container: string, at: string | undefined, changed: LogsChanged): Logs {
  const window = shallowRef(new LogWindow());
  const caughtUp = shallowRef(false);
  const ended = shallowRef<string>();
  const hasOlder = shallowRef(false);
  const hasNewer = shallowRef(false);

  function show(rows: LogRow[], older: boolean): void {
    triggerRef(window);
    changed(rows, older);
  }

  async function begin(): Promise<void> {
    try {
      const before = await readLog({ container, tail: PART, ...(at && { until: at }) });
      const after = at ? (await readLog({ container, since: at, head: PART })).filter(({ time }) => isLater(time, at)) : [];
      hasOlder.value = before.length >= PART;
      hasNewer.value = after.length >= PART - 1;
      caughtUp.value = true;
      show(window.value.append([...before, ...after]), false);
    } catch (error) {
      caughtUp.value = true;
      ended.value = messageOf(error);
    }
  }

  async function loadOlder(): Promise<void> {
    const first = window.value.rows[0];
    if (!first) return;
    const lines = await readLog({ container, tail: PART, until: first.time });
    const older = lines.filter(({ time }) => isLater(first.time, time));
    const rows = window.value.prepend(older);
    hasOlder.value = older.length > 0 && rows.length === older.length;
    show(rows, true);
  }

  async function loadNewer(): Promise<void> {
    const last = window.value.rows[window.value.rows.length - 1];
    if (!last) return;
    const lines = (await readLog({ container, since: last.time, head: PART })).filter(({ time }) => isLater(time, last.time));
    hasNewer.value = lines.length >= PART - 1;
    show(window.value.append(lines), false);
  }

  void begin();
  onScopeDispose(() => window.value.clear());
  return {
    window,
    caughtUp,
    ended,
    hasOlder,
    loadOlder,
    hasNewer,
    loadNewer,
    hold: () => undefined,
    release: () => undefined,
    clear: () => {
      window.value.clear();
      show([], false);
    },
  };
}
