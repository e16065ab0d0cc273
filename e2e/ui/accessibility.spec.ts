import { expect } from '@playwright/test';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { signIn, test } from './harbour.ts';
import { objections } from './objections.ts';

const looks = [
  { title: 'light', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { title: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  { title: 'phone', colorScheme: 'dark', viewport: { width: 390, height: 844 } },
] as const;

// What a narrow window changes; colours, names and roles are those of the wide one.
const narrow = ['target-size', 'scrollable-region-focusable', 'avoid-inline-spacing', 'meta-viewport', 'region', 'heading-order'];

test.beforeAll(async ({ daemon }) => {
  await daemon.docker.ok(
    'run',
    '-d',
    '--name',
    'moored',
    '-p',
    '127.0.0.1::80',
    BUSYBOX,
    'sh',
    '-c',
    'while :; do echo tide; sleep 1; done',
  );
});

test.afterAll(async ({ daemon }) => {
  await daemon.docker.ok('rm', '-f', 'moored');
});

for (const { title, colorScheme, viewport } of looks) {
  test.describe(title, () => {
    test.use({ colorScheme, viewport });

    test('sign-in page', async ({ page, daemon }) => {
      await signIn(page, daemon);
      await page.context().clearCookies();
      await page.goto(`${daemon.dashboard}/login`);
      await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
      expect(await objections(page)).toEqual([]);
    });

    test('every page has nothing that axe objects to, and is no wider than the window', async ({ page, daemon }) => {
      await signIn(page, daemon);
      await expect(page.getByRole('link', { name: 'moored', exact: true })).toBeVisible();
      const base = `/containers/${(await daemon.docker.inspect('moored')).Id}`;
      const tabs = ['', '/logs', '/stats', '/terminal', '/files', '/inspect'].map((tab) => base + tab);
      for (const path of [
        '/containers',
        ...tabs,
        '/images',
        '/images/build',
        '/networks',
        '/networks/picture',
        '/volumes',
        '/host',
        '/disk',
        '/logs',
        '/events',
        '/timeline',
        '/alerts',
        '/schedules',
        '/registries',
        '/users',
        '/audit',
        '/account',
      ]) {
        await page.goto(daemon.dashboard + path);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0);
        const found = await objections(page, title === 'phone' ? narrow : undefined);
        expect({ path, found }).toEqual({ path, found: [] });
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect({ path, overflow }).toEqual({ path, overflow: 0 });
      }
    });
  });
}

test('everything is reached by keyboard: filter, open, search palette', async ({ page, daemon }) => {
  await signIn(page, daemon);
  await expect(page.getByRole('link', { name: 'moored', exact: true })).toBeVisible();
  await page.keyboard.press('/');
  await page.keyboard.type('moor');
  await expect(page.getByRole('link', { name: 'moored', exact: true })).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('images');
  await expect(page.getByRole('textbox', { name: 'Search pages, containers and actions' })).toHaveValue('images');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Images', level: 1 })).toBeVisible();
});
