import type { Browser } from '@playwright/test';
import { BUSYBOX } from '../../fixtures/busybox.ts';
import type { Daemon } from '../../fixtures/daemon.ts';
import type { SignedIn } from '../../fixtures/live-page.ts';
import type { Figure } from './figure.ts';
import { frames, heap } from './frames.ts';
import { openPage, visit } from './open-page.ts';

const RATE = 10_000;
/** Before the page's heap is weighed for the first time: its window of lines has to be full. */
const WARM_MS = 20_000;

/** A log of 10,000 lines a second that is followed on the page. */
export async function logFlood(browser: Browser, daemon: Daemon, signedIn: SignedIn, seconds: number): Promise<Figure[]> {
  const { docker, dashboard } = daemon;
  const burst = `awk -v from=$i 'BEGIN { for (n = 0; n < ${RATE / 10}; n++) print "line " from + n " GET /basket 200 in 12 ms" }'`;
  // A little less than ten bursts a second: a burst takes its time, too.
  const flood = `i=0; end=$(($(date +%s) + ${seconds + 60})); while [ $(date +%s) -lt $end ]; do ${burst}; i=$((i + ${RATE / 10})); usleep 100000; done`;
  await docker.ok('run', '-d', '--name', 'flood', '--network', 'none', BUSYBOX, 'sh', '-c', flood);
  const page = await openPage(browser, dashboard, signedIn);
  await visit(page, `${dashboard}/containers/flood/logs`, page.getByRole('log').getByText('line').first());
  await frames(page, WARM_MS);
  const before = await heap(page);
  const seen = await frames(page, seconds * 1000);
  const after = await heap(page);
  await page.context().close();
  await docker.ok('kill', 'flood');
  const missing = await gaps(daemon);
  const lines = Number(await docker.ok('logs', '--tail', '1', 'flood').then((line) => line.split(' ')[1]));
  await docker.ok('rm', '-f', 'flood');
  const of = 'log that is followed';
  return [
    { title: `${of}: lines written a second`, value: lines / (seconds + WARM_MS / 1000), unit: 'lines', atLeast: RATE / 2 },
    { title: `${of}: longest frame`, value: seen.longest, unit: 'ms', atMost: 50 },
    { title: `${of}: frames over 50 ms in ${seconds} s`, value: seen.late, unit: 'frames', atMost: 0 },
    { title: `${of}: growth of the page's heap in ${seconds} s`, value: (after - before) / 1e6, unit: 'MB', atMost: 5 },
    { title: `${of}: lines that the daemon lost`, value: missing, unit: 'lines', atMost: 0 },
  ];
}

/** Lines whose number does not follow on the one before. */
async function gaps({ docker }: Daemon): Promise<number> {
  const { stdout } = await docker.run(['logs', 'flood'], { timeoutMs: 300_000 });
  const numbers = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => Number(line.split(' ')[1]));
  return numbers.filter((number, index) => number !== index).length;
}
