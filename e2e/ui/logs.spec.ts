import { readFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { signIn, test } from './harbour.ts';
import { objections } from './objections.ts';

const talk = [
  'echo "INFO cast off"',
  // The two streams are two pipes: only time puts lines of one between lines of the other.
  'sleep 1',
  'echo "ERROR the rope is torn" >&2',
  'echo "    at Rope.pull (rope.js:3)" >&2',
  'echo "    at Deck.main (deck.js:9)" >&2',
  'sleep 1',
  `echo '{"level":"warn","msg":"tide is low","depth":3}'`,
  'i=0; while [ $i -lt 5000 ]; do i=$((i+1)); echo "knot $i"; done',
  'echo "DEBUG anchored"',
].join('; ');

// Several pages, each looked through by axe: on a loaded machine that takes its time.
test.slow();

test.beforeAll(async ({ daemon }) => {
  const project = ['--label', 'com.docker.compose.project=harbour'];
  await daemon.docker.ok('run', '-d', '--name', 'barge', ...project, BUSYBOX, 'sh', '-c', `${talk}; sleep 600`);
  await daemon.docker.ok('run', '--name', 'wreck', BUSYBOX, 'echo', 'mayday from the wreck');
  await daemon.docker.ok('rm', 'wreck');
  await expect.poll(() => daemon.docker.ok('logs', '--tail', '1', 'barge')).toContain('anchored');
  // Last, so that it stands among the newest lines of the two.
  await daemon.docker.ok('run', '-d', '--name', 'buoy', ...project, BUSYBOX, 'sh', '-c', 'echo "ding from the buoy"; sleep 600');
  await expect.poll(() => daemon.docker.ok('logs', 'buoy')).toContain('ding');
});
test.afterAll(async ({ daemon }) => {
  await daemon.docker.ok('rm', '-f', 'barge', 'buoy');
});

const log = (page: Page) => page.getByRole('log');

test('the whole log is searched in the daemon, and a hit is shown among the lines round it', async ({ page, daemon }, info) => {
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/containers/barge/logs`);
  await expect(log(page)).toContainText('DEBUG anchored');
  await page.getByLabel('Search the log').fill('rope is torn');
  await expect(page.getByText('no match')).toBeVisible();
  await page.getByRole('button', { name: /Search the whole log/ }).click();
  const hits = page.getByRole('region', { name: 'Hits' });
  await expect(hits.getByRole('status')).toContainText('1 hit in 1 log');
  await page.screenshot({ path: info.outputPath('hits.png') });
  await hits.getByRole('listitem').getByRole('button').click();
  await expect(page).toHaveURL(/\?at=/);
  await expect(log(page)).toContainText('INFO cast off');
  await expect(log(page)).toContainText('tide is low depth=3');
  await page.reload();
  await expect(log(page)).toContainText('ERROR the rope is torn');
  await page.getByLabel('Which levels').selectOption('Errors');
  await expect(log(page)).not.toContainText('cast off');
  await expect(log(page)).toContainText('at Rope.pull');
  await page.getByRole('button', { name: 'Fold stack traces' }).click();
  await expect(log(page)).not.toContainText('at Rope.pull');
  await page.getByRole('button', { name: '+ 2 lines' }).click();
  await expect(log(page)).toContainText('at Deck.main');
  await page.screenshot({ path: info.outputPath('context.png') });
  expect(await objections(page)).toEqual([]);
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  await page.getByRole('menuitem', { name: 'What is loaded and shown here' }).click();
  const saved = await readFile(await (await saving).path(), 'utf8');
  expect(saved).toContain('ERROR the rope is torn');
  expect(saved).not.toContain('cast off');
  await page.getByRole('link', { name: 'To the newest' }).click();
  await expect(log(page)).toContainText('DEBUG anchored');
});

test('one box searches all logs, of containers and of those that are gone', async ({ page, daemon }, info) => {
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/logs`);
  await expect(page.getByRole('link', { name: 'wreck' })).toBeVisible();
  await page.screenshot({ path: info.outputPath('kept.png') });
  expect(await objections(page)).toEqual([]);
  await page.getByLabel('Search all logs').fill('from the (wreck|buoy)$');
  await page.getByLabel('Regular expression').check();
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  const hits = page.getByRole('region', { name: 'Hits' });
  await expect(hits.getByRole('listitem')).toHaveCount(2);
  await expect(page).toHaveURL(/q=from/);
  expect(await objections(page)).toEqual([]);
  await page.screenshot({ path: info.outputPath('search.png') });
  await hits.getByRole('listitem').filter({ hasText: 'wreck' }).getByRole('button').click();
  await expect(page).toHaveURL(/\/logs\/[0-9a-f]{64}\?at=/);
  await expect(log(page)).toContainText('mayday from the wreck');
  await page.screenshot({ path: info.outputPath('gone.png') });
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('alertdialog').or(page.getByRole('dialog')).getByRole('button', { name: 'Delete' }).click();
  await page.waitForURL('**/logs');
  await expect(page.getByLabel('Search all logs')).toBeVisible();
  await expect(page.getByRole('link', { name: 'wreck' })).toHaveCount(0);
});

test('the logs of a project are one, each line with its name', async ({ page, daemon }, info) => {
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/logs/together?project=harbour`);
  await expect(log(page)).toContainText('ding from the buoy');
  await expect(log(page)).toContainText('barge');
  await page.screenshot({ path: info.outputPath('merged.png') });
  expect(await objections(page)).toEqual([]);
});
