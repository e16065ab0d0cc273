import type { ChannelParams, LogLine } from '@live';
import { useLive } from '../use-live';

/** Reads a part of a log that is there already. */
export function readLog(part: { container: string; tail?: number; since?: string; until?: string; head?: number }): Promise<LogLine[]> {
  const params: ChannelParams['logs'] = { tail: -1, follow: false, ...part };
  return new Promise((resolve, reject) => {
    const lines: LogLine[] = [];
    const channel = useLive()
      .connect()
      .open('logs', {
        params: () => params,
        data: (batch) => {
          for (const line of batch.lines) lines.push(line);
          if (batch.caughtUp) finish();
        },
        end: ({ error }) => (error ? reject(new Error(error)) : resolve(lines)),
        lost: () => {
          reject(new Error('the connection to the daemon broke'));
          return false;
        },
      });
    function finish(): void {
      channel.close();
      resolve(lines);
    }
  });
}
