import { expect, type Locator, type Page } from '@playwright/test';
import { BUSYBOX, busyboxLayer } from '../fixtures/busybox.ts';
import { startDaemon } from '../fixtures/daemon.ts';
import { image } from '../fixtures/image.ts';
import { startRegistry } from '../fixtures/registry.ts';
import { file, tar } from '../fixtures/tar.ts';
import { setUp, signIn, test } from './harbour.ts';

const row = (page: Page, name: string): Locator => page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });

/** Distinct texts that a place on the page has shown, watched until there are `count`. */
async function textsOf(place: Locator, count: number): Promise<string[]> {
  const seen = new Set<string>();
  await expect
    .poll(async () => seen.add((await place.innerText()).trim()).size, { timeout: 30_000, intervals: [500] })
    .toBeGreaterThanOrEqual(count);
  return [...seen];
}

test('the link of the first start makes the admin, once', async ({ page, browser }) => {
  const daemon = await startDaemon();
  expect(daemon.setupLink).toContain(daemon.dashboard);
  await setUp(page, daemon);
  await expect(page.getByRole('heading', { name: 'Containers', level: 1 })).toBeVisible();
  await expect(page.getByText('No containers yet')).toBeVisible();
  expect(page.url()).toBe(`${daemon.dashboard}/containers`);
  const again = await browser.newPage();
  await again.goto(daemon.setupLink);
  await expect(again.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await again.close();
  await daemon.remove();
});

test('nobody gets in with a wrong password, or without one', async ({ page, daemon }) => {
  await signIn(page, daemon);
  await page.context().clearCookies();
  await page.goto(`${daemon.dashboard}/containers`);
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.getByLabel('Name').fill('admin');
  await page.getByLabel('Password').fill('a guess that is wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText(/wrong|password/i);
  expect((await fetch(`${daemon.dashboard}/v1.56/containers/json`)).status).toBe(401);
});

test('a container that the docker CLI starts appears by itself, and goes by itself', async ({ page, daemon }) => {
  await signIn(page, daemon);
  await expect(page.getByText('Live')).toBeAttached();
  await daemon.docker.ok('run', '-d', '--name', 'tug', BUSYBOX, 'sleep', '600');
  await expect(row(page, 'tug')).toContainText('Running');
  await daemon.docker.ok('stop', '-t', '0', 'tug');
  await expect(row(page, 'tug')).toContainText('Stopped');
  await daemon.docker.ok('rm', 'tug');
  await expect(row(page, 'tug')).toHaveCount(0);
});

test('its processor and memory use move in the list and in the charts', async ({ page, daemon }) => {
  await daemon.docker.ok(
    'run',
    '-d',
    '--name',
    'engine',
    BUSYBOX,
    'sh',
    '-c',
    'while :; do i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done; sleep 0.7; done',
  );
  await signIn(page, daemon);
  const cells = row(page, 'engine').getByRole('cell');
  const cpu = await textsOf(cells.filter({ hasText: '%' }), 3);
  expect(cpu.every((text) => /\d/.test(text) || text === '–')).toBe(true);
  await expect(cells.filter({ hasText: /[KM]i?B/ })).toHaveCount(1);
  await page.getByRole('link', { name: 'engine', exact: true }).click();
  await page.getByRole('link', { name: 'Stats' }).click();
  await textsOf(page.getByRole('region', { name: /CPU/ }).locator('p').first(), 3);
  await expect(page.getByRole('region', { name: /CPU/ }).locator('canvas')).toBeVisible();
  await daemon.docker.ok('rm', '-f', 'engine');
});

test('its logs stream, and are searched', async ({ page, daemon }) => {
  await daemon.docker.ok('run', '-di', '--name', 'log', BUSYBOX, 'sh', '-c', 'echo cast off; while read line; do echo "heard $line"; done');
  await signIn(page, daemon);
  await page.getByRole('link', { name: 'log', exact: true }).click();
  await page.getByRole('navigation', { name: 'Views of the container' }).getByRole('link', { name: 'Logs' }).click();
  await expect(page.getByText('cast off')).toBeVisible();
  const attached = daemon.docker.start('attach', 'log');
  for (const word of ['anchor', 'buoy', 'anchor']) {
    attached.write(`${word}\n`);
    await expect(page.getByText(`heard ${word}`).last()).toBeVisible();
  }
  await page.getByLabel('Search the log').fill('anchor');
  await expect(page.getByText('/ 2')).toBeVisible();
  await daemon.docker.ok('rm', '-f', 'log');
  await attached.ended;
});

test('gives a shell in it', async ({ page, daemon }) => {
  await daemon.docker.ok('run', '-d', '--name', 'cabin', BUSYBOX, 'sleep', '600');
  await signIn(page, daemon);
  await page.getByRole('link', { name: 'cabin', exact: true }).click();
  await page.getByRole('link', { name: 'Terminal' }).click();
  const screen = page.locator('.xterm-rows');
  await expect(screen).toContainText('#');
  await page.locator('.xterm').click();
  await page.keyboard.type('echo $((6*7)) > /tmp/answer; cat /tmp/answer | sed s/^/answer=/\n');
  await expect(screen).toContainText('answer=42');
  expect(await daemon.docker.ok('exec', 'cabin', 'cat', '/tmp/answer')).toBe('42');
  await page.keyboard.type('exit\n');
  await expect(page.getByRole('button', { name: 'Open another' })).toBeVisible();
  await daemon.docker.ok('rm', '-f', 'cabin');
});

test('is started, stopped and removed from the page', async ({ page, daemon }) => {
  await daemon.docker.ok('create', '--name', 'skiff', BUSYBOX, 'sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.1; done');
  await signIn(page, daemon);
  await page.getByRole('link', { name: 'skiff', exact: true }).click();
  await page.getByRole('button', { name: 'Start' }).click();
  await expect.poll(async () => (await daemon.docker.inspect('skiff')).State.Status).toBe('running');
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect.poll(async () => (await daemon.docker.inspect('skiff')).State.Status).toBe('exited');
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: /Remove/ }).click();
  await page
    .getByRole('dialog')
    .or(page.getByRole('alertdialog'))
    .getByRole('button', { name: /Remove/ })
    .click();
  await expect.poll(async () => (await daemon.docker.run(['inspect', 'skiff'])).code).toBe(1);
});

test('an image is pulled with the progress of every layer', async ({ page, daemon }) => {
  const registry = await startRegistry();
  const layers = [
    await busyboxLayer(),
    ...(await Promise.all(['a', 'b', 'c'].map((name) => tar([file(name, Buffer.alloc(2_000_000, name))])))),
  ];
  await registry.publish('fleet/ferry', '1', image(layers));
  const reference = `${registry.address}/fleet/ferry:1`;
  await signIn(page, daemon);
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Images' }).click();
  await page.getByRole('button', { name: 'Pull', exact: true }).click();
  await page.getByRole('textbox', { name: 'Image', exact: true }).fill(reference);
  await page.getByRole('dialog').getByRole('button', { name: 'Pull' }).click();
  await expect(page.getByRole('progressbar', { name: /^Layer/ })).toHaveCount(layers.length);
  await expect(page.getByRole('dialog').getByText('100%')).toBeVisible();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).first().click();
  await expect(page.getByRole('row').filter({ hasText: 'fleet/ferry' })).toBeVisible();
  expect(await daemon.docker.ok('run', '--rm', reference, 'echo', 'aboard')).toBe('aboard');
  await registry.stop();
});

test('events arrive while the page is looked at', async ({ page, daemon }) => {
  await signIn(page, daemon);
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Events' }).click();
  await expect(page.getByRole('heading', { name: 'Events', level: 1 })).toBeVisible();
  await daemon.docker.ok('run', '--rm', '--name', 'flare', BUSYBOX, 'true');
  await expect(page.getByText('flare').first()).toBeVisible();
});

test('the page finds the daemon again after it was killed', async ({ page, daemon }) => {
  await daemon.docker.ok('run', '-d', '--name', 'survivor', BUSYBOX, 'sleep', '600');
  await signIn(page, daemon);
  await expect(row(page, 'survivor')).toContainText('Running');
  const port = new URL(daemon.dashboard).port;
  await daemon.stop('SIGKILL');
  await expect(page.getByText('Reconnecting')).toBeVisible();
  await daemon.start(`--dashboard=127.0.0.1:${port}`);
  await expect(page.getByText('Live')).toBeAttached({ timeout: 30_000 });
  await daemon.docker.ok('rm', '-f', 'survivor');
  await expect(row(page, 'survivor')).toHaveCount(0);
});

test('the page loads itself again when its scripts were cut off on their way', async ({ page, daemon }) => {
  let asked = 0;
  await page.route('**/assets/index-*.js', (route) => (asked++ === 0 ? route.abort('connectionreset') : route.continue()));
  await page.goto(`${daemon.dashboard}/login`);
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  expect(asked).toBe(2);
});

test('of a long list what is on the screen is drawn, down to its last row', async ({ page, daemon }) => {
  const names = Array.from({ length: 120 }, (_, index) => `zz-${index + 1}`);
  await Promise.all(names.map((name) => daemon.docker.ok('create', '--name', name, BUSYBOX, 'true')));
  await signIn(page, daemon);
  await expect(row(page, 'zz-1').first()).toBeVisible();
  const last = page.getByRole('link', { name: 'zz-120', exact: true });
  await expect(last).toHaveCount(0);
  expect(await page.getByRole('row').count()).toBeLessThan(60);
  await expect(async () => {
    await page.locator('#main').evaluate((main) => (main.scrollTop = main.scrollHeight));
    await expect(last).toBeInViewport({ timeout: 1000 });
  }).toPass();
  await expect(page.getByRole('table', { name: 'Containers' })).toHaveAttribute('aria-rowcount', /^12\d$/);
  await daemon.docker.ok('rm', '-f', ...names);
});
