import { readFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';
import { BUSYBOX, busyboxLayer } from '../fixtures/busybox.ts';
import { image, saved } from '../fixtures/image.ts';
import { file, tar } from '../fixtures/tar.ts';
import { signIn, test } from './harbour.ts';
import { objections } from './objections.ts';

const entry = (page: Page, name: string) =>
  page.getByRole('table', { name: 'Files in the folder' }).getByRole('row', { name: new RegExp(`^${name}[ .]`) });

// Several pages, each looked through by axe: on a loaded machine that takes its time.
test.slow();

test('files of a container are looked at, changed, uploaded and downloaded, whether it runs or not', async ({ page, daemon }, info) => {
  const write = 'mkdir /log && echo calm > /log/today && rm /bin/vi; sleep 600';
  await daemon.docker.ok('run', '-d', '--name', 'crate', BUSYBOX, 'sh', '-c', write);
  await expect.poll(async () => (await daemon.docker.run(['exec', 'crate', 'cat', '/log/today'])).stdout).toContain('calm');
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/containers/crate/files`);
  await expect(entry(page, 'log')).toContainText('added');
  await page.screenshot({ path: info.outputPath('files.png') });
  expect(await objections(page)).toEqual([]);
  await page.getByRole('link', { name: 'bin', exact: true }).click();
  await expect(entry(page, 'vi')).toContainText('deleted');
  await page.goto(`${daemon.dashboard}/containers/crate/files?path=/log`);
  await page.getByRole('link', { name: 'today', exact: true }).click();
  const content = page.getByLabel('Content of the file');
  await expect(content).toHaveValue('calm\n');
  await content.fill('storm\n');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved /log/today')).toBeVisible();
  expect(await daemon.docker.ok('exec', 'crate', 'cat', '/log/today')).toBe('storm');
  expect(await objections(page)).toEqual([]);
  await daemon.docker.ok('stop', '-t', '0', 'crate');
  await page.goto(`${daemon.dashboard}/containers/crate/files?path=/log`);
  await page.getByLabel('Files to upload').setInputFiles({ name: 'chart.bin', mimeType: 'x/y', buffer: Buffer.from([1, 0, 2]) });
  await expect(entry(page, 'chart')).toContainText('added');
  await page.getByRole('link', { name: 'chart.bin', exact: true }).click();
  await expect(page.getByText('It is no text.')).toBeVisible();
  await page.getByRole('button', { name: 'Close the file' }).click();
  const saving = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download chart.bin' }).click();
  expect([...(await readFile(await (await saving).path()))]).toEqual([1, 0, 2]);
  await daemon.docker.ok('rm', '-f', 'crate');
});

test('folders are made, files renamed, moved and deleted, but not what is mounted', async ({ page, daemon }, info) => {
  const write = 'echo calm > /log/today; sleep 600';
  await daemon.docker.ok('run', '-d', '--name', 'shed', '-v', 'tools:/log/tools', BUSYBOX, 'sh', '-c', write);
  await daemon.docker.ok('exec', 'shed', 'touch', '/log/tools/saw');
  await expect.poll(async () => (await daemon.docker.run(['exec', 'shed', 'cat', '/log/today'])).stdout).toContain('calm');
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/containers/shed/files?path=/log`);
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'New folder' }).click();
  await dialog.getByLabel('Name of the folder').fill('old');
  await page.screenshot({ path: info.outputPath('new-folder.png') });
  await dialog.getByRole('button', { name: 'Make' }).click();
  await expect(entry(page, 'old')).toContainText('added');
  await page.getByRole('button', { name: 'Rename today' }).click();
  await dialog.getByLabel('New name or path').fill('old/yesterday');
  await dialog.getByRole('button', { name: 'Rename', exact: true }).click();
  await expect(entry(page, 'today')).toHaveCount(0);
  expect(await daemon.docker.ok('exec', 'shed', 'cat', '/log/old/yesterday')).toBe('calm');
  expect(await objections(page)).toEqual([]);
  await page.screenshot({ path: info.outputPath('edited.png') });
  // What is mounted there stays, with the files in it.
  await page.getByRole('button', { name: 'Delete tools' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('something is mounted in')).toBeVisible();
  expect(await daemon.docker.ok('exec', 'shed', 'ls', '/log/tools')).toBe('saw');
  await page.getByRole('button', { name: 'Delete old' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await expect(entry(page, 'old')).toHaveCount(0);
  expect(await daemon.docker.ok('exec', 'shed', 'ls', '/log')).toBe('tools');
  // A folder of the image is moved by a copy, which overlayfs does not do by itself.
  await page.goto(`${daemon.dashboard}/containers/shed/files`);
  await page.getByRole('button', { name: 'Rename bin' }).click();
  await dialog.getByLabel('New name or path').fill('programs');
  await dialog.getByRole('button', { name: 'Rename', exact: true }).click();
  await expect(entry(page, 'programs')).toContainText('added');
  await expect(entry(page, 'bin')).toContainText('deleted');
  expect(await daemon.docker.ok('exec', 'shed', '/programs/busybox', 'test', '-x', '/programs/busybox')).toBe('');
  await daemon.docker.ok('rm', '-fv', 'shed');
  await daemon.docker.ok('volume', 'rm', 'tools');
});

test('layers of an image are looked into, with what they waste', async ({ page, daemon }, info) => {
  const layers = [
    await busyboxLayer(),
    await tar([file('cargo', Buffer.alloc(300_000, 'a'))]),
    await tar([file('cargo', Buffer.alloc(200_000, 'b'))]),
  ];
  await daemon.load(await saved(image(layers), 'fleet/hold:1'));
  await signIn(page, daemon);
  const { Id } = await daemon.docker.inspect('fleet/hold:1');
  await page.goto(`${daemon.dashboard}/images/${encodeURIComponent(Id)}/files`);
  await expect(page.getByText('wastes 300 kB')).toBeVisible();
  await expect(entry(page, 'bin')).toBeVisible();
  await page.getByRole('navigation', { name: 'Layers' }).getByRole('listitem').last().getByRole('link').click();
  await expect(entry(page, 'bin')).toHaveCount(0);
  await expect(entry(page, 'cargo')).toContainText('200 kB');
  await page.screenshot({ path: info.outputPath('layers.png') });
  expect(await objections(page)).toEqual([]);
});

test('a volume is looked into, cloned, backed up and restored', async ({ page, daemon }, info) => {
  await daemon.docker.ok('run', '--rm', '-v', 'hold:/data', BUSYBOX, 'sh', '-c', 'echo tea > /data/cargo');
  await signIn(page, daemon);
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Volumes' }).click();
  await page.getByRole('link', { name: 'hold', exact: true }).click();
  await expect(entry(page, 'cargo')).toBeVisible();
  await page.screenshot({ path: info.outputPath('volume.png') });
  expect(await objections(page)).toEqual([]);
  const saving = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Back up' }).click();
  const backup = await readFile(await (await saving).path());
  await page.getByRole('button', { name: 'Clone' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Clone' }).click();
  await page.waitForURL('**/volumes/hold-copy');
  await expect(entry(page, 'cargo')).toBeVisible();
  await daemon.docker.ok('run', '--rm', '-v', 'hold-copy:/data', BUSYBOX, 'sh', '-c', 'echo rum > /data/cargo');
  await page.getByLabel('Archive to restore').setInputFiles({ name: 'backup.tar', mimeType: 'application/x-tar', buffer: backup });
  await page.getByRole('alertdialog').or(page.getByRole('dialog')).getByRole('button', { name: 'Unpack' }).click();
  await expect(page.getByText('Unpacked backup.tar')).toBeVisible();
  expect(await daemon.docker.ok('run', '--rm', '-v', 'hold-copy:/data', BUSYBOX, 'cat', '/data/cargo')).toBe('tea');
  await daemon.docker.ok('volume', 'rm', 'hold', 'hold-copy');
});
