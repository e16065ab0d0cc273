import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { signIn, test } from './harbour.ts';

// One story: what comes later needs what came before.
test.describe.configure({ mode: 'serial', timeout: 300_000 });

const SLEEP = `["sh", "-c", "trap 'exit 0' TERM; while :; do echo tide; sleep 0.3; done"]`;
const compose = (more = '') =>
  `services:\n  web:\n    image: \${IMAGE}\n    command: ${SLEEP}\n${more}  db:\n    image: ${BUSYBOX}\n    command: ${SLEEP}\n`;

/** Puts a text into the editor with this label. */
async function write(page: Page, label: string, text: string): Promise<void> {
  const editor = page.getByRole('textbox', { name: label });
  await editor.click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(text);
}

async function objections(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

test('a stack is written, checked as it is typed, deployed and seen at work', async ({ page, daemon }) => {
  await signIn(page, daemon);
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Stacks' }).click();
  await expect(page.getByText('No stacks yet')).toBeVisible();
  await page.getByRole('link', { name: 'New stack' }).first().click();
  await page.getByLabel('Name').fill('harbour');
  await write(page, 'Compose file', 'services:\n  web:\n    imag: x\n');
  await expect(page.getByText('imag is not known here: is image meant?')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Create and deploy' })).toBeDisabled();
  await write(page, 'Compose file', compose());
  await page.getByRole('button', { name: 'Add IMAGE to .env' }).click();
  await write(page, 'Variables', `IMAGE=${BUSYBOX}\n`);
  await expect(page.getByText('the variable IMAGE is not set')).toHaveCount(0);
  await page.screenshot({ path: test.info().outputPath('new.png') });
  expect(await objections(page)).toEqual([]);
  await page.getByRole('button', { name: 'Create and deploy' }).click();
  await page.waitForURL('**/stacks/harbour*');
  const deployment = page.getByRole('region', { name: 'Deployment' });
  await expect(deployment.getByText('Done')).toBeVisible({ timeout: 30_000 });
  await expect(deployment.getByText('service web')).toBeVisible();
  await expect(page.getByRole('link', { name: 'harbour-web-1', exact: true })).toBeVisible();
  expect(readFileSync(join(daemon.dataRoot, 'stacks/harbour/.env'), 'utf8')).toBe(`IMAGE=${BUSYBOX}\n`);
  await page.screenshot({ path: test.info().outputPath('stack.png'), fullPage: true });
  expect(await objections(page)).toEqual([]);
  await page.getByRole('link', { name: 'Logs of harbour-web-1' }).click();
  await expect(page.getByText('tide').first()).toBeVisible();
});

test('what a change will do is shown before it is done, and an earlier version comes back', async ({ page, daemon }) => {
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/stacks/harbour`);
  await expect(page.getByRole('link', { name: 'harbour-db-1', exact: true })).toBeVisible();
  await write(page, 'Compose file', compose('    environment: { TIDE: high }\n'));
  await page.getByRole('button', { name: 'Deploy', exact: true }).click();
  const plan = page.getByRole('dialog', { name: 'What will be done' });
  await expect(plan.getByRole('listitem').filter({ hasText: 'harbour-db-1' })).toContainText('Keep');
  await expect(plan.getByRole('listitem').filter({ hasText: 'harbour-web-1' })).toContainText(/Make anew.*Env\.TIDE\s*high/s);
  await page.screenshot({ path: test.info().outputPath('plan.png') });
  expect(await objections(page)).toEqual([]);
  await plan.getByRole('button', { name: 'Deploy' }).click();
  await expect(page.getByRole('region', { name: 'Deployment' }).getByText('Done')).toBeVisible({ timeout: 30_000 });
  expect((await daemon.docker.inspect('harbour-web-1')).Config.Env).toContain('TIDE=high');
  const oldest = page.getByRole('list', { name: 'Versions' }).getByRole('listitem').last();
  await oldest.getByRole('button', { name: 'To the editor' }).click();
  await expect(page.getByText('not saved yet')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Compose file' })).not.toContainText('TIDE');
});

test('services of a profile are started when it is chosen', async ({ page, daemon }) => {
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/stacks/harbour`);
  await expect(page.getByRole('link', { name: 'harbour-db-1', exact: true })).toBeVisible();
  const pilot = `  pilot:\n    image: ${BUSYBOX}\n    command: ${SLEEP}\n    profiles: [storm]\n`;
  await write(page, 'Compose file', compose() + pilot);
  await page.getByRole('button', { name: 'Deploy', exact: true }).click();
  const plan = page.getByRole('dialog', { name: 'What will be done' });
  await expect(plan.getByRole('listitem').filter({ hasText: 'harbour-db-1' })).toBeVisible();
  await expect(plan.getByRole('listitem').filter({ hasText: 'harbour-pilot-1' })).toHaveCount(0);
  await plan.getByRole('checkbox', { name: 'storm' }).click();
  await expect(plan.getByRole('listitem').filter({ hasText: 'harbour-pilot-1' })).toContainText('Create');
  await page.screenshot({ path: test.info().outputPath('profiles.png') });
  expect(await objections(page)).toEqual([]);
  await plan.getByRole('button', { name: 'Deploy' }).click();
  await expect(page.getByRole('region', { name: 'Deployment' }).getByText('Done')).toBeVisible({ timeout: 30_000 });
  expect((await daemon.docker.inspect('harbour-pilot-1')).State.Running).toBe(true);
  await daemon.docker.ok('rm', '-f', 'harbour-pilot-1');
});

test('is taken down and removed', async ({ page, daemon }) => {
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/stacks`);
  const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'harbour', exact: true }) });
  await expect(row).toContainText('2 / 2');
  await page.screenshot({ path: test.info().outputPath('list.png') });
  expect(await objections(page)).toEqual([]);
  await row.getByRole('link', { name: 'harbour', exact: true }).click();
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Take down' }).click();
  await page.getByRole('alertdialog').or(page.getByRole('dialog')).getByRole('button', { name: 'Take down' }).click();
  await expect(page.getByText('It has no containers yet')).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole('region', { name: 'Deployment' }).getByText('Done')).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Remove the files' }).click();
  await page.getByRole('alertdialog').or(page.getByRole('dialog')).getByRole('button', { name: 'Remove the files' }).click();
  await page.waitForURL('**/stacks');
  await expect(page.getByText('No stacks yet')).toBeVisible();
  expect(existsSync(join(daemon.dataRoot, 'stacks/harbour'))).toBe(false);
});

test.describe('in Chinese, on a phone', () => {
  test.use({ locale: 'zh-CN', viewport: { width: 390, height: 844 }, colorScheme: 'dark' });

  test('the page speaks it', async ({ page, daemon }) => {
    await signIn(page, daemon);
    await page.getByRole('navigation', { name: '页面' }).getByRole('link', { name: '堆栈' }).click();
    await expect(page.getByText('还没有堆栈')).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh');
    await page.screenshot({ path: test.info().outputPath('chinese.png') });
    expect(await objections(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
  });
});
