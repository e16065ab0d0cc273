import { expect, type Page } from '@playwright/test';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { GitServer } from '../fixtures/git-server.ts';
import { signIn, test } from './harbour.ts';
import { objections } from './objections.ts';

// One story: what comes later needs what came before.
test.describe.configure({ mode: 'serial', timeout: 120_000 });

const compose = (tide: string) => `services:
  web:
    image: ${BUSYBOX}
    command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.3; done"]
    environment: { TIDE: ${tide} }
`;
let host: GitServer;
let commit = '';

test.beforeAll(async () => {
  host = await GitServer.start();
  host.account = { user: 'ann', token: 's3cret of the host' };
  commit = host.push({ 'deploy/compose.yaml': compose('low') });
});
test.afterAll(() => host?.stop());

const looks = [
  ['light', { width: 1280, height: 900 }],
  ['dark', { width: 1280, height: 900 }],
  ['dark', { width: 390, height: 844 }],
] as const;

/** The page in every look: nobody objects, nothing is wider than the window, and there is a picture of it. */
async function show(page: Page, name: string): Promise<void> {
  for (const [colorScheme, viewport] of looks) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(viewport);
    expect(await objections(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
    const look = viewport.width < 500 ? 'phone' : colorScheme;
    await page.screenshot({ path: test.info().outputPath(`${name}-${look}.png`), fullPage: true });
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 900 });
}

const git = (page: Page) => page.getByRole('region', { name: 'Git', exact: true });

test('a stack is made of a repository, its plan is seen, and it is deployed', async ({ page, daemon }) => {
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/stacks`);
  await page.getByRole('link', { name: 'New stack' }).first().click();
  await page.getByRole('link', { name: 'From git' }).click();
  await page.getByLabel('Repository').fill(host.url);
  await page.getByLabel('Name', { exact: true }).fill('tides');
  await page.getByLabel('Branch, tag or commit').fill('main');
  await page.getByLabel('Compose file').fill('deploy/compose.yaml');
  await page.getByLabel('User').fill('ann');
  await page.getByLabel('Token or password').fill('wrong');
  await expect(page.getByText('the token can be read on its way')).toBeVisible();
  await page.getByLabel('Look for news').selectOption('Every 5 minutes');
  await page.getByLabel('Webhook: an address').check();
  await page.getByRole('button', { name: 'Create and deploy' }).click();
  await expect(page.getByRole('alert')).toContainText('Authentication failed');
  await show(page, 'new');
  await page.getByLabel('Token or password').fill('s3cret of the host');
  await page.getByLabel('Token or password').press('Enter');
  const plan = page.getByRole('dialog', { name: 'What will be done' });
  await expect(plan.getByRole('listitem').filter({ hasText: 'tides-web-1' })).toContainText('Create');
  await plan.getByRole('button', { name: 'Deploy' }).click();
  await expect(page.getByRole('region', { name: 'Deployment' }).getByText('Done')).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole('link', { name: 'tides-web-1', exact: true })).toBeVisible();
  await expect(git(page)).toContainText(commit.slice(0, 8));
  await expect(git(page)).toContainText('Every 5 minutes');
  await expect(page.getByRole('textbox', { name: 'Compose file' })).toHaveAttribute('aria-readonly', 'true');
  await expect(page.getByText('comes from git and is changed in the repository')).toBeVisible();
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await show(page, 'stack');
});

test('a push and a call of the webhook are seen on the page as they happen', async ({ page, daemon }) => {
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/stacks/tides`);
  await expect(git(page)).toContainText(commit.slice(0, 8));
  const hook = (await git(page).locator('code').textContent()) ?? '';
  expect(hook).toMatch(/^http:\/\/.*\/dashboard\/hooks\/stacks\/tides\/[0-9a-f]{64}$/);
  const pushed = host.push({ 'deploy/compose.yaml': compose('high') });
  await git(page).getByRole('button', { name: 'Check now' }).click();
  await expect(git(page)).toContainText(`The repository has ${pushed.slice(0, 8)}`);
  await show(page, 'newer');
  expect((await fetch(hook, { method: 'POST' })).status).toBe(204);
  await expect(page.getByRole('region', { name: 'Deployment' }).getByText('Done')).toBeVisible({ timeout: 30_000 });
  await expect(git(page)).not.toContainText('The repository has');
  await expect(git(page)).toContainText(pushed.slice(0, 8));
  await expect(page.getByRole('textbox', { name: 'Compose file' })).toContainText('TIDE: high');
  await expect(page.getByRole('list', { name: 'Versions' }).getByRole('listitem').first()).toContainText(`git ${pushed.slice(0, 8)}`);
  expect((await daemon.docker.inspect('tides-web-1')).Config.Env).toContain('TIDE=high');
  await git(page).getByRole('button', { name: 'Renew' }).click();
  await page.getByRole('alertdialog').or(page.getByRole('dialog')).getByRole('button', { name: 'Renew' }).click();
  await expect(git(page).locator('code')).not.toHaveText(hook);
  expect((await fetch(hook, { method: 'POST' })).status).toBe(404);
});

test('what fails is said, and the settings are changed', async ({ page, daemon }) => {
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/stacks/tides`);
  host.push({ 'deploy/compose.yaml': 'services: { web: { imag: x } }' });
  await git(page).getByRole('button', { name: 'Deploy latest' }).click();
  await expect(git(page).getByRole('alert')).toContainText('imag is not known here: is image meant?');
  await expect(page.getByRole('textbox', { name: 'Compose file' })).toContainText('TIDE: high');
  await expect(page.getByRole('region', { name: 'Deployment' }).getByText('It failed')).toBeVisible();
  await show(page, 'failed');
  host.push({ 'deploy/compose.yaml': compose('ebb') });
  await git(page).getByRole('button', { name: 'Settings' }).click();
  const dialog = page.getByRole('dialog', { name: 'Where tides comes from' });
  await expect(dialog.getByLabel('User')).toHaveValue('ann');
  await expect(dialog.getByLabel('Token or password')).toHaveValue('');
  await dialog.getByLabel('Branch, tag or commit').fill('');
  await dialog.getByLabel('Look for news').selectOption('Not by itself');
  await show(page, 'settings');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  await expect(git(page)).toContainText('the repository’s own branch');
  await expect(page.getByRole('textbox', { name: 'Compose file' })).toContainText('TIDE: ebb');
  await git(page).getByRole('button', { name: 'Deploy latest' }).click();
  await expect(page.getByRole('region', { name: 'Deployment' }).getByText('Done')).toBeVisible({ timeout: 30_000 });
  await expect(git(page).getByRole('alert')).toHaveCount(0);
  await page.goto(`${daemon.dashboard}/stacks`);
  await expect(page.getByRole('row').filter({ hasText: 'tides' })).toContainText('1 / 1');
  await show(page, 'list');
});

test.describe('in Chinese', () => {
  test.use({ locale: 'zh-CN' });

  test('it is detached, and edited here', async ({ page, daemon }) => {
    await signIn(page, daemon);
    await page.goto(`${daemon.dashboard}/stacks/tides`);
    await expect(page.getByRole('heading', { name: 'Git', exact: true })).toBeVisible();
    await expect(page.getByText('Compose 文件来自 git')).toBeVisible();
    await show(page, 'chinese');
    await page.getByRole('button', { name: '更多', exact: true }).click();
    await page.getByRole('menuitem', { name: '与 git 分离' }).click();
    await page.getByRole('alertdialog').or(page.getByRole('dialog')).getByRole('button', { name: '与 git 分离' }).click();
    await expect(page.getByRole('heading', { name: 'Git', exact: true })).toBeHidden();
    const editor = page.getByRole('textbox', { name: 'Compose 文件' });
    await expect(editor).not.toHaveAttribute('aria-readonly');
    await editor.click();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.insertText(compose('own'));
    await page.getByRole('button', { name: '保存', exact: true }).click();
    await expect(page.getByText('尚未保存')).toHaveCount(0);
    for (const [verb, done] of [
      ['下线', '还没有容器'],
      ['删除文件', '还没有堆栈'],
    ] as const) {
      await page.getByRole('button', { name: '更多', exact: true }).click();
      await page.getByRole('menuitem', { name: verb }).click();
      await page.getByRole('alertdialog').or(page.getByRole('dialog')).getByRole('button', { name: verb }).click();
      await expect(page.getByText(done)).toBeVisible({ timeout: 30_000 });
    }
  });
});
