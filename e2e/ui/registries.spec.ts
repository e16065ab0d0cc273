import { expect } from '@playwright/test';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { account, startPrivateRegistry } from '../fixtures/registry.ts';
import { signIn, test } from './harbour.ts';
import { objections } from './objections.ts';

test('an image is built on the page, pushed to a registry that wants a login, and found to be outdated there', async ({ page, daemon }) => {
  const registry = await startPrivateRegistry();
  const image = `${registry.address}/shop/web:1`;
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/images`);
  await page.getByRole('link', { name: 'Build' }).click();
  await expect(page.getByRole('heading', { name: 'Build an image', level: 1 })).toBeVisible();
  await page.getByLabel('Name of the image').fill(image);
  await page.getByLabel('Dockerfile', { exact: true }).fill(`FROM ${BUSYBOX}\nARG TIDE\nRUN sleep 3; echo "the tide is $TIDE"\n`);
  await page.getByLabel('Arguments').fill('TIDE=high');
  expect(await objections(page)).toEqual([]);
  await page.getByRole('button', { name: 'Build', exact: true }).click();
  const progress = page.getByRole('region', { name: 'Deployment' });
  await expect(progress.getByText('Step 1/3')).toBeVisible();
  // It goes on without the page, which finds it again.
  await page.goto(`${daemon.dashboard}/networks`);
  await expect(page.getByRole('heading', { name: 'Networks', level: 1 })).toBeVisible();
  await page.goto(`${daemon.dashboard}/images/build`);
  await expect(progress.getByText('the tide is high')).toBeVisible({ timeout: 30_000 });
  await expect(progress.getByRole('heading', { name: 'Done' })).toBeVisible({ timeout: 30_000 });
  await page.screenshot({ path: test.info().outputPath('build.png'), fullPage: true });
  expect(await objections(page)).toEqual([]);

  await page.goto(`${daemon.dashboard}/registries`);
  await page.getByRole('button', { name: 'Sign in' }).click();
  const login = page.getByRole('dialog', { name: 'Sign in at a registry' });
  await login.getByLabel('Registry').fill(registry.address);
  await login.getByLabel('User').fill(account.username);
  await login.getByLabel('Password').fill('wrong');
  await login.getByRole('button', { name: 'Sign in' }).click();
  await expect(login.getByRole('alert')).toContainText('incorrect username or password');
  await login.getByLabel('Password').fill(account.password);
  await login.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('list', { name: 'Registries' })).toContainText(account.username);
  const secrets = await page.evaluate(async () => (await fetch('/dashboard/registries')).text());
  expect(secrets).not.toContain(account.password);

  await page.goto(`${daemon.dashboard}/images/${encodeURIComponent(image)}`);
  await page.getByRole('button', { name: 'Tag or push' }).click();
  const push = page.getByRole('dialog', { name: 'Tag or push' });
  await expect(push.getByLabel('Name, with the registry')).toHaveValue(image);
  await push.getByRole('button', { name: 'Push', exact: true }).click();
  await expect(progress.getByRole('heading', { name: 'Done' })).toBeVisible({ timeout: 30_000 });
  await page.screenshot({ path: test.info().outputPath('push.png') });

  // Somebody else pushes another image under this name.
  const source = await fetch(`http://${registry.address}/v2/shop/web/manifests/1`, {
    headers: {
      authorization: `Basic ${Buffer.from(`${account.username}:${account.password}`).toString('base64')}`,
      accept: 'application/vnd.docker.distribution.manifest.v2+json',
    },
  });
  await registry.putManifest(
    'shop/web',
    '1',
    'application/vnd.docker.distribution.manifest.v2+json',
    Buffer.from(`${await source.text()} `),
  );
  await page.goto(`${daemon.dashboard}/registries`);
  await page.getByRole('button', { name: 'Look for newer images' }).click();
  const update = page.getByRole('list', { name: 'Newer images' }).getByRole('listitem').filter({ hasText: 'shop/web' });
  await expect(update).toContainText('update available');
  await page.screenshot({ path: test.info().outputPath('registries.png') });
  expect(await objections(page)).toEqual([]);
  await page.goto(`${daemon.dashboard}/images`);
  await expect(page.getByRole('row').filter({ hasText: 'shop/web' })).toContainText('update available');
  await daemon.docker.ok('create', '--name', 'stale', image);
  await page.goto(`${daemon.dashboard}/containers`);
  await expect(page.getByRole('button', { name: 'There is a newer image for stale: update it' })).toBeVisible();
  // Which columns are shown, this browser remembers.
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('menuitem', { name: 'Ports' }).click();
  await page.reload();
  await expect(page.getByRole('link', { name: 'stale', exact: true })).toBeVisible();
  await expect(page.getByRole('columnheader', { name: 'Ports' })).toHaveCount(0);
  expect(await objections(page)).toEqual([]);
  await daemon.docker.ok('rm', 'stale');
  await registry.stop();
});
