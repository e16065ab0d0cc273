import { onScopeDispose, shallowRef } from 'vue';
import type { ChannelParams, LogLine, LogSourceSummary } from '@live';
import type { Channel } from '@/client/live';
import { useLive } from '../use-live';

/** Hits that are kept; who finds more than that asks for something narrower. */
const MOST = 10_000;

export interface LogHit {
  source: LogSourceSummary;
  line: LogLine;
}

export interface LogSearchState {
  params: ChannelParams['logSearch'];
  hits: LogHit[];
  searched: number;
  total: number;
  running: boolean;
  /** There are more hits than are told. */
  more: boolean;
  error?: string;
}

/** A search through logs in the daemon; its hits come while it goes on, the newest first in the end. */
export function useLogHits() {
  const state = shallowRef<LogSearchState>();
  let channel: Channel | undefined;

  function update(change: Partial<LogSearchState>): void {
    if (state.value) state.value = { ...state.value, ...change };
  }

  function start(params: ChannelParams['logSearch']): void {
    channel?.close();
    state.value = { params, hits: [], searched: 0, total: params.logs?.length ?? 0, running: true, more: false };
    channel = useLive()
      .connect()
      .open('logSearch', {
        params: () => params,
        data: ({ source, lines, searched, total, more }) => {
          const hits = [...(state.value?.hits ?? []), ...lines.map((line) => ({ source, line }))];
          if (lines.length > 0) hits.sort((a, b) => (a.line.time < b.line.time ? 1 : -1));
          update({ hits: hits.slice(0, MOST), searched, total, ...(more && { more }) });
        },
        end: ({ error }) => update({ running: false, ...(error && { error }) }),
        lost: () => {
          update({ running: false, error: 'The connection to the daemon broke.' });
          return false;
        },
      });
  }

  function stop(): void {
    channel?.close();
    channel = undefined;
    state.value = undefined;
  }

  onScopeDispose(() => channel?.close());
  return { state, start, stop };
}
