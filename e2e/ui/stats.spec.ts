import { expect } from '@playwright/test';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { signIn, test } from './harbour.ts';
import { objections } from './objections.ts';

const churn = ['sh', '-c', 'while :; do i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; sleep 0.5; done'];

// Several pages, each looked through by axe: on a loaded machine that takes its time.
test.slow();

test('what was used is kept, also of a container that is gone, and shown over the span that is asked for', async ({
  page,
  daemon,
}, info) => {
  const project = ['--label', 'com.docker.compose.project=fleet'];
  await daemon.docker.ok('run', '-d', '--name', 'pump', ...project, BUSYBOX, ...churn);
  await signIn(page, daemon);
  const points = (series: string) =>
    page.evaluate(async (of) => {
      const now = Math.floor(Date.now() / 1000);
      const answer = await fetch(`/dashboard/stats/history?series=${encodeURIComponent(of)}&from=${now - 600}&to=${now}`);
      return ((await answer.json()) as { cpu: number[] }).cpu.length;
    }, series);
  for (const series of ['container:pump', 'project:fleet', 'host'])
    await expect.poll(() => points(series), { timeout: 60_000 }).toBeGreaterThan(5);
  await page.goto(`${daemon.dashboard}/containers/pump/stats`);
  await page.getByLabel('Span').selectOption('15 minutes');
  await expect(page.getByRole('region', { name: 'CPU' }).locator('canvas')).toBeVisible();
  await expect(page.getByRole('region', { name: 'CPU' })).toContainText('at most');
  await page.screenshot({ path: info.outputPath('range.png') });
  expect(await objections(page)).toEqual([]);

  await page.goto(`${daemon.dashboard}/host?of=project:fleet&span=900`);
  await expect(page.getByRole('list').filter({ hasText: 'pump' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Memory' }).locator('canvas')).toBeVisible();
  await expect(page.getByText(/^running of [0-9]+$/)).toBeVisible();
  await page.screenshot({ path: info.outputPath('host.png') });
  expect(await objections(page)).toEqual([]);

  await daemon.docker.ok('rm', '-f', 'pump');
  await daemon.stop();
  await daemon.start(`--dashboard=${new URL(daemon.dashboard).host}`);
  expect(await points('container:pump')).toBeGreaterThan(0);
});
