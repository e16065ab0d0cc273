import { onScopeDispose, shallowRef, triggerRef } from 'vue';
import { isLater, LogWindow, type LogRow, type SourcedLine } from '@/model/logs/log-window';
import { nextFrame } from '../use-frame';
import { useChannel } from '../use-channel';
import type { Logs, LogsChanged } from './use-logs';

const TAIL = 300;

/** Follows the logs of several containers as one: their last lines in order of time, then whatever comes. */
export function useMergedLogs(containers: readonly string[], changed: LogsChanged): Logs {
  const window = shallowRef(new LogWindow());
  const caughtUp = shallowRef(false);
  const ended = shallowRef<string>();
  const newest = containers.map(() => '');
  /** Logs whose last lines are still to come. */
  const missing = new Set(containers.keys());
  let past: SourcedLine[] = [];

  function show(rows: LogRow[]): void {
    triggerRef(window);
    changed(rows, false);
  }

  /** Each log comes in order; they are woven together once all of them have told their past. */
  function begin(): void {
    const lines = past.sort((a, b) => (isLater(a.time, b.time) ? 1 : -1));
    past = [];
    caughtUp.value = true;
    show(window.value.append(lines));
  }

  function take(source: number, lines: SourcedLine[]): void {
    const unseen = lines.filter(({ time }) => !newest[source] || isLater(time, newest[source]));
    newest[source] = unseen[unseen.length - 1]?.time ?? newest[source]!;
    const sourced = unseen.map((line) => ({ ...line, source }));
    if (missing.size > 0) past.push(...sourced);
    else if (sourced.length > 0) show(window.value.append(sourced));
  }

  function arrived(source: number): void {
    if (missing.delete(source) && missing.size === 0) begin();
  }

  for (const [source, container] of containers.entries()) {
    useChannel('logs', {
      params: () => ({ container, tail: newest[source] ? -1 : TAIL, follow: true, ...(newest[source] && { since: newest[source] }) }),
      data: async (batch) => {
        take(source, batch.lines);
        if (batch.caughtUp) arrived(source);
        await nextFrame();
      },
      end: () => arrived(source),
    });
  }
  const change = (update: () => LogRow[] | void) => () => show(update() ?? []);
  onScopeDispose(() => window.value.clear());
  return {
    window,
    caughtUp,
    ended,
    hasOlder: shallowRef(false),
    loadOlder: async () => {},
    hasNewer: shallowRef(false),
    loadNewer: async () => {},
    hold: change(() => window.value.hold()),
    release: change(() => window.value.release()),
    clear: change(() => window.value.clear()),
  };
}
