import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { freePort } from '../fixtures/subnet.ts';
import { signIn, test } from './harbour.ts';

// Everything a story waits for is an event; on a busy machine there are many of them.
test.describe.configure({ timeout: 300_000 });

async function objections(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

test('a pasted docker run line becomes a container, with what stands in its way told first', async ({ page, daemon }) => {
  await daemon.docker.ok('run', '-d', '--name', 'berth', '-p', '127.0.0.1::80', BUSYBOX, 'sleep', '600');
  const taken = Number((await daemon.docker.inspect('berth')).NetworkSettings.Ports['80/tcp'][0].HostPort);
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/containers/new`);
  await page.getByRole('button', { name: 'Paste docker run' }).click();
  const line = `docker run -d --name berth -p 127.0.0.1:${taken}:80 -e TIDE=high -m 64m --cap-drop ALL ${BUSYBOX} sh -c "trap 'exit 0' TERM; while :; do sleep 0.2; done"`;
  await page.getByRole('textbox', { name: 'docker run' }).fill(line);
  await page.getByRole('button', { name: 'Fill the form' }).click();
  await expect(page.getByText(`port ${taken}/tcp of the host is held by the container berth`)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeDisabled();
  await page.getByRole('button', { name: 'use berth-2' }).click();
  await page.getByRole('button', { name: new RegExp(`use ${taken + 1}|use \\d{4,5}`) }).click();
  await expect(page.getByRole('list', { name: 'What stands in the way' })).toHaveCount(0);
  await page.getByRole('tab', { name: /Security/ }).click();
  await expect(page.getByLabel('Capabilities dropped')).toHaveValue('ALL');
  await page.getByRole('button', { name: 'Compose', exact: true }).click();
  await expect(page.getByText('container_name: berth-2')).toBeVisible();
  await page.screenshot({ path: test.info().outputPath('form.png'), fullPage: true });
  expect(await objections(page)).toEqual([]);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'berth-2' })).toBeVisible();
  expect(await daemon.docker.inspect('berth-2')).toMatchObject({
    HostConfig: { Memory: 64 * 1024 ** 2, CapDrop: ['ALL'] },
    State: { Status: 'running' },
  });
  await daemon.docker.ok('rm', '-f', 'berth');
});

test('an edit shows what applies now and what needs a restart, and leaves a revision to return to', async ({ page, daemon }) => {
  await daemon.docker.ok(
    'run',
    '-d',
    '--name',
    'cutter',
    '-m',
    '64m',
    '-e',
    'TIDE=low',
    BUSYBOX,
    'sh',
    '-c',
    "trap 'exit 0' TERM; while :; do sleep 0.2; done",
  );
  await signIn(page, daemon);
  await page.getByRole('link', { name: 'cutter', exact: true }).click();
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  await page.getByRole('tab', { name: /Resources/ }).click();
  await page.getByLabel('Memory', { exact: true }).fill('128m');
  await expect(page.getByLabel('Applies now')).toContainText('HostConfig.Memory');
  await expect(page.getByRole('button', { name: 'Apply now' })).toBeEnabled();
  await page.getByRole('tab', { name: /Environment/ }).click();
  await page.getByLabel('Variables, NAME=value').fill('TIDE=high');
  await expect(page.getByLabel('Needs a restart')).toContainText('Env.TIDE');
  await page.screenshot({ path: test.info().outputPath('edit.png'), fullPage: true });
  expect(await objections(page)).toEqual([]);
  await page.getByRole('button', { name: 'Apply and restart' }).click();
  await expect(page.getByRole('heading', { name: 'cutter', exact: true })).toBeVisible({ timeout: 60_000 });
  expect(await daemon.docker.inspect('cutter')).toMatchObject({ HostConfig: { Memory: 128 * 1024 ** 2 }, State: { Status: 'running' } });
  await page.getByRole('link', { name: 'Revisions' }).click();
  const revisions = page.getByRole('list', { name: 'Revisions' });
  await expect(revisions.getByText('Env.TIDE')).toBeVisible();
  await page.screenshot({ path: test.info().outputPath('revisions.png') });
  expect(await objections(page)).toEqual([]);
  await revisions.getByRole('button', { name: 'Back to 1' }).click();
  await page.getByRole('alertdialog').or(page.getByRole('dialog')).getByRole('button', { name: 'Go back' }).click();
  await expect.poll(async () => (await daemon.docker.inspect('cutter')).Config.Env, { timeout: 60_000 }).toContain('TIDE=low');
});

test('labels and published ports are changed while the container runs', async ({ page, daemon }) => {
  const serve = 'mkdir /www; echo ahoy > /www/index.html; exec httpd -f -p 80 -h /www';
  await daemon.docker.ok('run', '-d', '--name', 'lighter', '-l', 'berth=1', BUSYBOX, 'sh', '-c', serve);
  const before = await daemon.docker.inspect('lighter');
  const port = await freePort();
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/containers/${before.Id}/edit`);
  await page.getByRole('tab', { name: /Network/ }).click();
  await page.getByLabel('Published ports', { exact: true }).fill(`127.0.0.1:${port}:80`);
  await page.getByRole('tab', { name: /Environment/ }).click();
  await page.getByLabel('Labels', { exact: true }).fill('berth=2');
  const now = page.getByLabel('Applies now');
  await expect(now).toContainText('Ports.80/tcp');
  await expect(now).toContainText('Labels.berth');
  await expect(page.getByLabel('Needs a restart')).toHaveCount(0);
  await page.screenshot({ path: test.info().outputPath('live.png'), fullPage: true });
  expect(await objections(page)).toEqual([]);
  await page.getByRole('button', { name: 'Apply now' }).click();
  await expect(page.getByRole('heading', { name: 'lighter', exact: true })).toBeVisible({ timeout: 60_000 });
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('ahoy\n');
  const after = await daemon.docker.inspect('lighter');
  expect(after).toMatchObject({ Id: before.Id, State: { Pid: before.State.Pid }, Config: { Labels: { berth: '2' } } });
  await daemon.docker.ok('rm', '-f', 'lighter');
});
