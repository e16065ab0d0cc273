import { Injectable } from '@nestjs/common';
import type { Channel, ChannelSource } from '../channel.js';
import type { Fields } from '../fields.js';
import { LogPattern } from '../logs/pattern.js';
import { searchLog } from '../logs/search.js';
import { LogSources } from '../logs/source.js';
import type { LogHits } from '../protocol.js';

/** Hits of one log that are told, and of all. */
const MOST_OF_LOG = 2000;
const MOST = 10_000;
/** It is told every so many milliseconds that the search goes on. */
const PROGRESS = 250;

/** Searches logs; ends when all have been searched, or when there are hits enough. */
@Injectable()
export class LogSearchChannel implements ChannelSource<'logSearch'> {
  readonly kind = 'logSearch';

  constructor(private readonly sources: LogSources) {}

  async serve(params: Fields, channel: Channel<LogHits>): Promise<void> {
    const pattern = new LogPattern(params.text('text'), params.flag('regex'));
    const range = { since: params.time('since'), until: params.time('until') };
    const chosen = this.sources.choose(params.optionalTexts('logs'));
    let left = MOST;
    let told = 0;
    for (const [searched, source] of chosen.entries()) {
      const { summary } = source;
      const most = Math.min(MOST_OF_LOG, left);
      let found = 0;
      for await (const lines of searchLog(source, pattern, range, most, channel.signal)) {
        found += lines.length;
        if (lines.length === 0 && performance.now() - told < PROGRESS) continue;
        told = performance.now();
        await channel.send({ source: summary, lines, searched, total: chosen.length });
      }
      left -= found;
      if (channel.signal.aborted) return;
      await channel.send({
        source: summary,
        lines: [],
        searched: searched + 1,
        total: chosen.length,
        ...(found >= most && { more: true }),
      });
      if (left <= 0) return;
    }
  }
}
