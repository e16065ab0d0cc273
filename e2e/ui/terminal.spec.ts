import { expect, type Page } from '@playwright/test';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { signIn, test } from './harbour.ts';
import { objections } from './objections.ts';

// Several pages, each looked through by axe: on a loaded machine that takes its time.
test.slow();

test.beforeAll(async ({ daemon }) => {
  await daemon.docker.ok('run', '-d', '--name', 'cabin', BUSYBOX, 'sleep', '600');
});
test.afterAll(async ({ daemon }) => {
  await daemon.docker.ok('rm', '-f', 'cabin');
});

const screen = (page: Page) => page.locator('.xterm-rows');
const tabs = (page: Page) => page.getByRole('list', { name: 'Terminals' }).getByRole('listitem');

async function type(page: Page, text: string): Promise<void> {
  await page.locator('.xterm').click();
  await page.keyboard.type(text);
}

test('a terminal survives leaving the page and a reload, and is shared by two browsers', async ({ page, browser, daemon }) => {
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/containers/cabin/terminal`);
  await expect(screen(page)).toContainText('#');
  await type(page, 'tide=high; echo tide is $tide\n');
  await expect(screen(page)).toContainText('tide is high');
  await expect(page).toHaveURL(/session=\w+/);
  await page.goto(`${daemon.dashboard}/images`);
  await page.goto(`${daemon.dashboard}/containers/cabin/terminal`);
  await expect(screen(page)).toContainText('tide is high');
  await page.reload();
  await expect(screen(page)).toContainText('tide is high');
  await type(page, 'echo still $tide\n');
  await expect(screen(page)).toContainText('still high');

  const other = await (await browser.newContext()).newPage();
  await signIn(other, daemon);
  await other.goto(page.url());
  await expect(screen(other)).toContainText('still high');
  await type(other, 'echo from the other side of $tide\n');
  await expect(screen(page)).toContainText('from the other side of high');
  await expect(tabs(page).first()).toContainText('2');
  await other.context().close();
});

test('several terminals, with the shell and the user that are chosen', async ({ page, daemon }, info) => {
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/containers/cabin/terminal`);
  await expect(tabs(page)).toHaveCount(1);
  await expect(page.getByLabel('Shell').getByRole('option', { name: '/bin/ash' })).toBeAttached();
  await page.getByLabel('Shell').selectOption('/bin/ash');
  await page.getByLabel('User').fill('1234');
  await page.getByRole('button', { name: 'New session' }).click();
  await expect(tabs(page)).toHaveCount(2);
  await expect(tabs(page).last()).toContainText('1234: ash');
  await type(page, 'id -u\n');
  await expect(screen(page)).toContainText('1234');
  await page.screenshot({ path: info.outputPath('terminals.png') });
  expect(await objections(page)).toEqual([]);
  await page.getByRole('button', { name: 'End terminal 2' }).click();
  await expect(tabs(page)).toHaveCount(1);
  await type(page, 'exit\n');
  await expect(page.getByRole('status').filter({ hasText: 'The session ended' })).toBeVisible();
  await page.getByRole('button', { name: 'Open another' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'The session ended' })).toHaveCount(0);
  await expect(tabs(page)).toHaveCount(1);
  await page.getByRole('button', { name: 'End terminal 1' }).click();
  await expect(tabs(page)).toHaveCount(0);
});
