import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Browser } from '@playwright/test';
import { BUSYBOX } from '../../fixtures/busybox.ts';
import type { Daemon } from '../../fixtures/daemon.ts';
import type { SignedIn } from '../../fixtures/live-page.ts';
import type { Figure } from './figure.ts';
import { frames } from './frames.ts';
import { openPage, visit } from './open-page.ts';

const AT_ONCE = 8;
const LOOKED_AT_MS = 15_000;
/** Pixels a frame: a brisk turn of the wheel. */
const SCROLL = 25;
/** Clock ticks of proc(5) in a second. */
const TICKS = 100;

/** The list of many running containers, each with its live use, while somebody scrolls through it. */
export async function crowd(browser: Browser, daemon: Daemon, signedIn: SignedIn, containers: number): Promise<Figure[]> {
  const { docker, dashboard } = daemon;
  await docker.ok('network', 'create', 'crowd');
  let next = 0;
  const start = async () => {
    while (next < containers) {
      const work = 'while :; do sleep 1; done';
      await docker.ok('run', '-d', '--name', `crowd${next++}`, '--network', 'crowd', BUSYBOX, 'sh', '-c', work);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, start));
  const page = await openPage(browser, dashboard, signedIn);
  const list = `${dashboard}/containers`;
  await visit(page, list, page.getByRole('link', { name: 'crowd0', exact: true }));
  const asleep = await usage(daemon, () => page.goto('about:blank'));
  await visit(page, list, page.locator('polyline').first());
  const still = await usage(daemon, () => setTimeout(LOOKED_AT_MS));
  const scrolled = await frames(page, LOOKED_AT_MS, SCROLL);
  await page.context().close();
  await docker.ok('rm', '-f', ...(await docker.ok('ps', '-aq', '--filter', 'name=crowd')).split('\n'));
  await docker.ok('network', 'rm', 'crowd');
  const of = `list of ${containers} running containers`;
  return [
    { title: `${of}: frames while scrolling`, value: scrolled.perSecond, unit: 'frames/s', atLeast: 58 },
    { title: `${of}: longest frame`, value: scrolled.longest, unit: 'ms' },
    { title: `${of}: the daemon's use of a core while it is looked at`, value: still, unit: '%', atMost: 15 },
    { title: `${of}: the same while nobody looks`, value: asleep, unit: '%' },
  ];
}

/** Per cent of a core that the daemon's process uses, from when `begin` has resolved. */
async function usage(daemon: Daemon, begin: () => Promise<unknown>): Promise<number> {
  await begin();
  const before = ticks(daemon.pid);
  await setTimeout(LOOKED_AT_MS);
  return (((ticks(daemon.pid) - before) / TICKS) * 100) / (LOOKED_AT_MS / 1000);
}

/** utime and stime of proc_pid_stat(5), in clock ticks. */
function ticks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
