import { statSync } from 'node:fs';
import { BUSYBOX } from '../../fixtures/busybox.ts';
import type { Daemon } from '../../fixtures/daemon.ts';
import { LivePage, type SignedIn } from '../../fixtures/live-page.ts';
import type { Figure } from './figure.ts';

/** A regular expression looked for in a log of so many bytes, as the page does it. */
export async function logSearch(daemon: Daemon, signedIn: SignedIn, bytes: number): Promise<Figure[]> {
  const { docker } = daemon;
  const line = 'GET /basket/%d 200 in 12 ms for somebody with a rather long name of a browser, as browsers have them\\n';
  const write = `awk 'BEGIN { for (i = 0; i < ${Math.floor(bytes / 160)}; i++) printf("${line}", i); print "POST /last 500" }'`;
  await docker.ok('run', '-d', '--name', 'library', '--network', 'none', BUSYBOX, 'sh', '-c', write);
  await docker.run(['wait', 'library'], { timeoutMs: 600_000 });
  const { Id, LogPath } = await docker.inspect('library');
  const page = await LivePage.open(daemon, signedIn);
  const search = async (text: string) => {
    const start = performance.now();
    const channel = page.open('logSearch', { text, regex: true, logs: [Id] });
    await channel.until((received) => received.some(({ lines }) => lines.length > 0));
    const took = performance.now() - start;
    channel.close();
    return took;
  };
  const frequent = await search('basket/[0-9]*77 ');
  const once = await search('^POST .* 5[0-9]{2}$');
  const absent = await searchToTheEnd(page, Id, 'basket/[a-f]+x');
  page.close();
  const size = statSync(LogPath as string).size;
  await docker.ok('rm', '-f', 'library');
  const of = `search of a log of ${(size / 1e9).toFixed(1)} GB by regex`;
  return [
    { title: `${of}: first hits`, value: frequent / 1000, unit: 's', atMost: 1 },
    { title: `${of}: the one hit, which is the newest line`, value: once / 1000, unit: 's', atMost: 1 },
    { title: `${of}: read to the other end for no hit`, value: absent / 1000, unit: 's' },
  ];
}

async function searchToTheEnd(page: LivePage, container: string, text: string): Promise<number> {
  const start = performance.now();
  await page.open('logSearch', { text, regex: true, logs: [container] }).ended;
  return performance.now() - start;
}
