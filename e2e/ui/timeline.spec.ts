import { expect } from '@playwright/test';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { signIn, test } from './harbour.ts';
import { objections } from './objections.ts';

test('a container’s events, health and use stand one above the other, and can be looked at closer', async ({ page, daemon }) => {
  const health = ['--health-cmd', 'test ! -e /ill', '--health-interval', '1s', '--health-retries', '1'];
  await daemon.docker.ok('run', '-d', '--name', 'log-book', ...health, BUSYBOX, 'sleep', '3600');
  await expect.poll(async () => (await daemon.docker.inspect('log-book')).State.Health.Status, { timeout: 30_000 }).toBe('healthy');
  await daemon.docker.ok('exec', 'log-book', 'touch', '/ill');
  await expect.poll(async () => (await daemon.docker.inspect('log-book')).State.Health.Status, { timeout: 30_000 }).toBe('unhealthy');
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/events`);
  await page.getByRole('link', { name: 'Timeline' }).click();
  await expect(page.getByRole('heading', { name: 'Timeline', level: 1 })).toBeVisible();
  await page.getByLabel('Of what').selectOption('container:log-book');
  await page.getByLabel('Span').selectOption('900');
  const lanes = page.getByRole('group', { name: 'The timeline' });
  await expect(lanes.getByTitle('log-book: unhealthy')).toBeAttached();
  await expect(lanes.getByTitle('log-book: healthy')).toBeAttached();
  const happened = page.getByRole('list', { name: 'What happened' });
  await expect(happened).toContainText('log-book');
  await page.screenshot({ path: test.info().outputPath('timeline.png') });
  expect(await objections(page)).toEqual([]);
  await page.getByRole('button', { name: 'Zoom in' }).click();
  await page.waitForURL(/of=container(:|%3A)log-book&from=\d+&to=\d+/);
  const address = new URL(page.url());
  expect(Number(address.searchParams.get('to')) - Number(address.searchParams.get('from'))).toBe(450);
  // The address brings back what was looked at.
  await page.reload();
  await expect(page.getByLabel('Of what')).toHaveValue('container:log-book');
  await page.getByRole('button', { name: 'Earlier' }).click();
  await page.getByRole('button', { name: 'Earlier' }).click();
  await page.getByRole('button', { name: 'Earlier' }).click();
  await expect(page.getByText('Nothing happened in this span')).toBeVisible();
  await page.getByRole('button', { name: 'Now' }).click();
  await expect(happened).toContainText('log-book');
  const box = (await lanes.locator('.cursor-crosshair').boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 2, box.y + 40, { steps: 3 });
  await page.mouse.up();
  await expect
    .poll(() => Number(new URL(page.url()).searchParams.get('to')) - Number(new URL(page.url()).searchParams.get('from')))
    .toBeLessThan(300);
  await daemon.docker.ok('rm', '-f', 'log-book');
});
