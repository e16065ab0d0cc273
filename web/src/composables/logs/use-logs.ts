import { onScopeDispose, shallowRef, triggerRef, type ShallowRef } from 'vue';
import type { LogLine } from '@live';
import { isLater, LogWindow, type LogRow } from '@/model/logs/log-window';
import { nextFrame } from '../use-frame';
import { readLog } from './read-log';
import { useChannel } from '../use-channel';

const TAIL = 1000;
const OLDER = 2000;
/** From so many lines in a batch on, nobody reads along: the next batch waits, and gathers in the daemon. */
const MANY = 200;
const PAUSE_MS = 100;
const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

/** Gets the rows that came in or, without rows, is told that others went. */
export type LogsChanged = (rows: LogRow[], older: boolean) => void;

export interface Logs {
  /** The same object always; triggers when it changed. */
  window: ShallowRef<LogWindow>;
  caughtUp: ShallowRef<boolean>;
  /** Why no more lines come, when none do. */
  ended: ShallowRef<string | undefined>;
  /** False once the first line of the log is there. */
  hasOlder: ShallowRef<boolean>;
  loadOlder(): Promise<void>;
  /** Whether there are lines after the last one that do not come by themselves. */
  hasNewer: ShallowRef<boolean>;
  loadNewer(): Promise<void>;
  hold(): void;
  release(): void;
  clear(): void;
}

/** Follows the log of a container. */
export function useLogs(container: string, changed: LogsChanged): Logs {
  const window = shallowRef(new LogWindow());
  const caughtUp = shallowRef(false);
  const ended = shallowRef<string>();
  const hasOlder = shallowRef(false);
  let newest = '';
  let resumed = false;
  let asked = 0;

  /** After a break the daemon sends from the last second on: what is here already is left out. */
  function unseen(lines: LogLine[]): LogLine[] {
    if (!resumed) return lines;
    const from = lines.findIndex(({ time }) => isLater(time, newest));
    if (from >= 0) resumed = false;
    return from < 0 ? [] : lines.slice(from);
  }

  useChannel('logs', {
    params: () => ({ container, tail: newest ? -1 : TAIL, follow: true, ...(newest && { since: newest }) }),
    data: async (batch) => {
      const lines = unseen(batch.lines);
      newest = lines[lines.length - 1]?.time ?? newest;
      if (!caughtUp.value) asked += lines.length;
      await nextFrame();
      if (lines.length >= MANY) await pause();
      const rows = window.value.append(lines);
      if (batch.caughtUp && !caughtUp.value) {
        caughtUp.value = true;
        hasOlder.value = asked >= TAIL;
      }
      triggerRef(window);
      changed(rows, false);
    },
    end: ({ error }) => {
      caughtUp.value = true;
      ended.value = error ?? 'The container does not run; this is the end of its log.';
    },
    lost: () => (resumed = newest !== '') || true,
  });

  let loading: Promise<void> | undefined;
  async function loadOlder(): Promise<void> {
    loading ??= fetchOlder().finally(() => (loading = undefined));
    return loading;
  }

  async function fetchOlder(): Promise<void> {
    const first = window.value.rows[0];
    if (!first) return;
    const lines = await readLog({ container, tail: OLDER, until: first.time });
    const older = lines.filter(({ time }) => isLater(first.time, time));
    const rows = window.value.prepend(older);
    hasOlder.value = lines.length >= OLDER && rows.length === older.length;
    triggerRef(window);
    changed(rows, true);
  }

  const change = (update: () => LogRow[] | void) => () => {
    const rows = update() ?? [];
    triggerRef(window);
    changed(rows, false);
  };
  onScopeDispose(() => window.value.clear());
  return {
    window,
    caughtUp,
    ended,
    hasOlder,
    loadOlder,
    hasNewer: shallowRef(false),
    loadNewer: async () => {},
    hold: change(() => window.value.hold()),
    release: change(() => window.value.release()),
    clear: change(() => window.value.clear()),
  };
}
