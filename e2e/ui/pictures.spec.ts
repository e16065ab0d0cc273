import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { signIn, test } from './harbour.ts';

// The README's pictures, of the real page: PICTURES=1 npm test -- ui writes them to e2e/ui/pictures.
const folder = process.env['PICTURES'] ? join(import.meta.dirname, 'pictures') : undefined;

const fleet: [name: string, script: string][] = [
  ['shop-web', 'while :; do echo "GET /basket 200 $((RANDOM % 90)) ms"; i=0; while [ $i -lt 40000 ]; do i=$((i+1)); done; sleep 0.4; done'],
  ['shop-worker', 'while :; do echo "order $RANDOM packed"; i=0; while [ $i -lt 90000 ]; do i=$((i+1)); done; sleep 0.8; done'],
  ['shop-cache', 'head -c 20m /dev/zero > /dev/shm/data; echo warm; sleep 3600'],
  ['mail', 'echo "listening on 25"; sleep 3600'],
  ['backup', 'echo "3 volumes, 1.2 GB"; exit 0'],
];

/** Keeps the picture in the test's results, and for the README when asked. */
async function picture(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0);
  const path = folder ? join(folder, `${name}.png`) : test.info().outputPath(`${name}.png`);
  expect((await page.screenshot({ path, animations: 'disabled' })).length).toBeGreaterThan(10_000);
}

test.beforeAll(async ({ daemon }) => {
  for (const [name, script] of fleet)
    await daemon.docker.ok('run', '-d', '--name', name, '-p', '127.0.0.1::80', BUSYBOX, 'sh', '-c', script);
});

test.afterAll(async ({ daemon }) => {
  await daemon.docker.ok('rm', '-f', ...fleet.map(([name]) => name));
});

for (const colorScheme of ['dark', 'light'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('containers, a container, its logs and terminal', async ({ page, daemon }) => {
      await signIn(page, daemon);
      // A point a second: lines of use on the README's pictures have had the time to take a shape.
      const line = page.getByRole('row').filter({ hasText: 'shop-web' }).locator('polyline').first();
      const points = async () => ((await line.getAttribute('points')) ?? '').split(' ').length;
      await expect.poll(points, { timeout: 60_000 }).toBeGreaterThan(folder ? 40 : 3);
      await picture(page, `containers-${colorScheme}`);
      await page.getByRole('link', { name: 'shop-web', exact: true }).click();
      await page.getByRole('link', { name: 'Stats' }).click();
      await expect(page.locator('canvas').first()).toBeVisible();
      await picture(page, `stats-${colorScheme}`);
      await page.getByRole('navigation', { name: 'Views of the container' }).getByRole('link', { name: 'Logs' }).click();
      await expect(page.getByText('GET /basket').first()).toBeVisible();
      await picture(page, `logs-${colorScheme}`);
      await page.getByRole('link', { name: 'Terminal' }).click();
      await expect(page.locator('.xterm-rows')).toContainText('#');
      await page.locator('.xterm').click();
      await page.keyboard.type('ps; ls /\n');
      await expect(page.locator('.xterm-rows')).toContainText('proc');
      await picture(page, `terminal-${colorScheme}`);
    });
  });
}

test.describe('phone', () => {
  test.use({ colorScheme: 'dark', viewport: { width: 390, height: 844 } });

  test('containers', async ({ page, daemon }) => {
    await signIn(page, daemon);
    await expect(page.getByText('shop-web')).toBeVisible();
    await picture(page, 'containers-phone');
  });
});
