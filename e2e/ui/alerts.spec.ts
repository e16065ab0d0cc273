import { expect } from '@playwright/test';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { receiver } from '../fixtures/webhook.ts';
import { signIn, test } from './harbour.ts';
import { objections } from './objections.ts';

test('a rule tells of a container that fails and of a line in a log, over a channel that was tested', async ({ page, daemon }) => {
  const hook = await receiver();
  const script = 'echo ready; while ! [ -e /sink ]; do sleep 0.2; done; echo "ERROR: the hull leaks"; sleep 2; exit 3';
  await daemon.docker.ok('run', '-d', '--name', 'leaky', BUSYBOX, 'sh', '-c', script);
  await signIn(page, daemon);
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Alerts' }).click();
  await expect(page.getByRole('heading', { name: 'Alerts', level: 1 })).toBeVisible();
  await page.getByRole('button', { name: 'New channel' }).click();
  const channel = page.getByRole('dialog', { name: 'New channel' });
  await channel.getByLabel('Name').fill('Pager');
  await channel.getByLabel('Address').fill(hook.url);
  await channel.getByLabel('Token').fill('hush');
  expect(await objections(page)).toEqual([]);
  await channel.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Send a test over Pager' }).click();
  await expect(page.getByText('Pager took the test')).toBeVisible();
  expect(hook.received.shift()?.state).toBe('test');

  for (const [name, condition] of [
    ['Down', 'stopped'],
    ['Errors', 'log'],
  ] as const) {
    await page.getByRole('button', { name: 'New rule' }).click();
    const rule = page.getByRole('dialog', { name: 'New rule' });
    await rule.getByLabel('Name').fill(name);
    await rule.getByLabel('When').selectOption(condition);
    await rule.getByLabel('Of', { exact: true }).selectOption('container');
    await rule.getByLabel('Its name').fill('leaky');
    if (condition === 'log') await rule.getByLabel('Regular expression').fill('^error:');
    else await rule.getByLabel('For at least').fill('0');
    await rule.getByLabel('Pager').check();
    if (condition === 'log') expect(await objections(page)).toEqual([]);
    await rule.getByRole('button', { name: 'Save' }).click();
    await expect(rule).toHaveCount(0);
  }
  await daemon.docker.ok('exec', 'leaky', 'touch', '/sink');
  const now = page.getByRole('list', { name: 'Now' });
  await expect(now.getByRole('listitem').filter({ hasText: 'Errors' })).toContainText('ERROR: the hull leaks', { timeout: 30_000 });
  await expect(now.getByRole('listitem').filter({ hasText: 'Down' })).toContainText('exit code 3', { timeout: 30_000 });
  await expect
    .poll(() => hook.received.map(({ title, state }) => `${state}: ${title}`).sort())
    .toEqual(['firing: leaky has stopped', 'firing: leaky wrote a line to look at']);
  await page.screenshot({ path: test.info().outputPath('alerts.png'), fullPage: true });
  expect(await objections(page)).toEqual([]);
  // What is gone is not wrong any more.
  await daemon.docker.ok('rm', '-f', 'leaky');
  await expect(page.getByRole('list', { name: 'Lately' }).getByRole('listitem').filter({ hasText: 'Down' })).toBeVisible();
  await expect.poll(() => hook.received.filter(({ state }) => state === 'resolved').length).toBe(2);
  hook.close();
});

test('unhealthy containers are healed where a label asks for it', async ({ daemon }) => {
  await daemon.docker.ok(
    'run',
    '-d',
    '--name',
    'frail',
    '--label',
    'slipway.autoheal=true',
    '--health-cmd',
    'test ! -e /ill || { rm /ill; exit 1; }',
    '--health-interval',
    '1s',
    '--health-retries',
    '1',
    BUSYBOX,
    'sleep',
    '3600',
  );
  const before = (await daemon.docker.inspect('frail')).State.StartedAt;
  await daemon.docker.ok('exec', 'frail', 'touch', '/ill');
  await expect.poll(async () => (await daemon.docker.inspect('frail')).State.StartedAt, { timeout: 60_000 }).not.toBe(before);
  await expect.poll(async () => (await daemon.docker.inspect('frail')).State.Health.Status, { timeout: 30_000 }).toBe('healthy');
  await daemon.docker.ok('rm', '-f', 'frail');
});

test('a schedule backs a volume up, which is then restored', async ({ page, daemon }) => {
  await daemon.docker.ok('run', '--rm', '-v', 'cargo:/data', BUSYBOX, 'sh', '-c', 'echo tea > /data/manifest');
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/schedules`);
  await expect(page.getByRole('heading', { name: 'Schedules', level: 1 })).toBeVisible();
  await page.getByRole('button', { name: 'New schedule' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'New schedule' });
  await dialog.getByLabel('Name', { exact: true }).fill('Nightly cargo');
  await dialog.getByLabel('What to do').selectOption('backup');
  await dialog.getByLabel('Volume').fill('cargo');
  await dialog.getByLabel('Time, as in crontab').fill('61 * * * *');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('alert')).toContainText('is no time to run at');
  await dialog.getByRole('button', { name: 'every night at 3:30' }).click();
  expect(await objections(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Save' }).click();
  const row = page.getByRole('row').filter({ hasText: 'Nightly cargo' });
  await expect(row).toContainText('30 3 * * *');
  await row.getByRole('button', { name: 'Run Nightly cargo now' }).click();
  await expect(row).toContainText('.tar.gz', { timeout: 30_000 });
  await page.screenshot({ path: test.info().outputPath('schedules.png') });
  expect(await objections(page)).toEqual([]);
  await daemon.docker.ok('run', '--rm', '-v', 'cargo:/data', BUSYBOX, 'sh', '-c', 'echo sand > /data/manifest');
  await page.goto(`${daemon.dashboard}/volumes/cargo`);
  const backups = page.getByRole('list', { name: 'Backups' });
  await backups.getByRole('button', { name: /^Restore/ }).click();
  await page.getByRole('alertdialog').or(page.getByRole('dialog')).getByRole('button', { name: 'Restore' }).click();
  await expect(page.getByText('The backup was restored')).toBeVisible();
  expect(await daemon.docker.ok('run', '--rm', '-v', 'cargo:/data', BUSYBOX, 'cat', '/data/manifest')).toContain('tea');
  await page.screenshot({ path: test.info().outputPath('backups.png') });
  expect(await objections(page)).toEqual([]);
});
