import { expect } from '@playwright/test';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { signIn, test } from './harbour.ts';
import { objections } from './objections.ts';

test('a container is connected to a network and disconnected while it runs, and the picture shows it', async ({ page, daemon }) => {
  await daemon.docker.ok('network', 'create', 'quay');
  await daemon.docker.ok('run', '-d', '--name', 'tug', '-p', '127.0.0.1::80', BUSYBOX, 'sleep', '3600');
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/networks/quay`);
  await expect(page.getByText('No container is on it.')).toBeVisible();
  await page.getByRole('button', { name: 'Connect' }).click();
  const dialog = page.getByRole('dialog', { name: 'Connect a container to quay' });
  await dialog.getByLabel('Container').selectOption('tug');
  await dialog.getByLabel('Names it has there').fill('pusher');
  expect(await objections(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Connect' }).click();
  await expect(page.getByRole('link', { name: 'tug' })).toBeVisible();
  await daemon.docker.ok('exec', 'tug', 'nslookup', 'pusher');

  await page.goto(`${daemon.dashboard}/networks`);
  await page.getByRole('link', { name: 'Picture' }).click();
  await expect(page.getByRole('heading', { name: 'Picture of the networks', level: 1 })).toBeVisible();
  const tug = page.getByRole('region', { name: 'Containers' }).getByRole('link', { name: /^tug / });
  await expect(tug).toContainText('is on bridge, quay');
  await expect(page.getByRole('region', { name: 'Ports of the host' }).getByRole('link', { name: /leads to tug/ })).toBeVisible();
  await expect(page.locator('svg path[fill="none"]').first()).toBeAttached();
  await tug.focus();
  await page.screenshot({ path: test.info().outputPath('picture.png') });
  expect(await objections(page)).toEqual([]);
  await page.getByRole('region', { name: 'Networks' }).getByRole('link', { name: /^quay/ }).click();

  await page.getByRole('button', { name: 'Disconnect tug' }).click();
  await page.getByRole('alertdialog').or(page.getByRole('dialog')).getByRole('button', { name: 'Disconnect' }).click();
  await expect(page.getByText('No container is on it.')).toBeVisible();
  await daemon.docker.ok('rm', '-f', 'tug');
  await daemon.docker.ok('network', 'rm', 'quay');
});
