import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { BUSYBOX } from '../fixtures/busybox.ts';
import type { Daemon } from '../fixtures/daemon.ts';
import { GitServer } from '../fixtures/git-server.ts';
import { signIn, test } from './harbour.ts';
import { objections } from './objections.ts';

// Everything a story waits for is an event; on a busy machine there are many of them.
test.describe.configure({ timeout: 60_000 });

const DOCKERFILE = `FROM ${BUSYBOX} AS base\nARG TIDE\nCOPY . /cargo/\nRUN echo "the tide is $TIDE"\nFROM base AS other\nRUN false\n`;

async function buildPage(page: Page, daemon: Daemon, tag: string, from: string): Promise<void> {
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/images/build`);
  await page.getByLabel('Name of the image').fill(tag);
  await page.getByLabel('From', { exact: true }).selectOption({ label: from });
}

async function built(page: Page, daemon: Daemon, tag: string): Promise<string> {
  await page.getByRole('button', { name: 'Build', exact: true }).click();
  const progress = page.getByRole('region', { name: 'Deployment' });
  await expect(progress.getByText('the tide is high')).toBeVisible({ timeout: 60_000 });
  await expect(progress.getByRole('heading', { name: 'Done' })).toBeVisible({ timeout: 60_000 });
  await page.getByRole('link', { name: 'To the image', exact: true }).click();
  await expect(page.getByRole('heading', { name: tag, level: 1 })).toBeVisible();
  return daemon.docker.ok('run', '--rm', tag, 'sh', '-c', 'cd /cargo && find . -type f | sort && cat deep/file');
}

test('an image is built from a folder of the browser, without what is to be ignored', async ({ page, daemon }) => {
  const folder = join(daemon.root, 'hold');
  mkdirSync(join(folder, 'deep'), { recursive: true });
  mkdirSync(join(folder, 'build'));
  writeFileSync(join(folder, 'build/Dockerfile.web'), DOCKERFILE);
  writeFileSync(join(folder, '.dockerignore'), '*.log\nbuild\n.dockerignore\n');
  writeFileSync(join(folder, 'deep/file'), 'from a folder');
  writeFileSync(join(folder, 'noise.log'), 'x'.repeat(100_000));
  await buildPage(page, daemon, 'hold:1', 'a folder of this computer');
  await expect(page.getByRole('button', { name: 'Build', exact: true })).toBeDisabled();
  await page.locator('input[type=file]').setInputFiles(folder);
  await expect(page.getByText('4 files')).toBeVisible();
  await page.getByLabel('Path of the Dockerfile').fill('build/Dockerfile.web');
  await page.getByLabel('Stage to stop at').fill('base');
  await page.getByLabel('Arguments', { exact: false }).fill('TIDE=high');
  await page.screenshot({ path: test.info().outputPath('folder.png'), fullPage: true });
  expect(await objections(page)).toEqual([]);
  expect(await built(page, daemon, 'hold:1')).toBe('./deep/file\nfrom a folder');
});

test('an image is built from a branch of a git repository; what fails says why', async ({ page, daemon }) => {
  const host = await GitServer.start();
  try {
    host.push({ Dockerfile: 'FROM scratch\n' });
    host.push({ 'ship/Dockerfile': DOCKERFILE, 'ship/deep/file': 'from git' }, 'release');
    await buildPage(page, daemon, 'ship:1', 'a Git repository');
    await page.getByLabel('Address').fill(`${host.url}#nowhere`);
    await page.getByRole('button', { name: 'Build', exact: true }).click();
    const progress = page.getByRole('region', { name: 'Deployment' });
    await expect(progress.getByRole('alert')).toContainText('nowhere', { timeout: 60_000 });
    await page.screenshot({ path: test.info().outputPath('failed.png'), fullPage: true });
    expect(await objections(page)).toEqual([]);
    await page.getByLabel('Address').fill(`${host.url}#release:ship`);
    await page.getByLabel('Stage to stop at').fill('base');
    await page.getByLabel('Arguments', { exact: false }).fill('TIDE=high');
    expect(await built(page, daemon, 'ship:1')).toBe('./Dockerfile\n./deep/file\nfrom git');
    await page.screenshot({ path: test.info().outputPath('git.png'), fullPage: true });
  } finally {
    await host.stop();
  }
});
