import { expect, test, type Page } from '@playwright/test';
import { BUSYBOX, busyboxArchive } from '../fixtures/busybox.ts';
import { startDaemon, type Daemon } from '../fixtures/daemon.ts';
import { receiver } from '../fixtures/webhook.ts';
import { signIn } from './harbour.ts';
import { objections } from './objections.ts';

/** A rule as somebody makes it in the page, and what is to come of it. */
interface Wish {
  readonly name: string;
  readonly condition: 'cpu' | 'memory' | 'disk' | 'restarting';
  /** Container that the rule is about; '' for the host. */
  readonly target: string;
  /** What stands in the fields, by their labels. */
  readonly fields: Readonly<Record<string, string>>;
  /** What the container does wrong. */
  readonly run: readonly string[];
  readonly title: string;
  readonly detail: RegExp;
}

const WISHES: readonly Wish[] = [
  {
    name: 'Hot',
    condition: 'cpu',
    target: 'stoker',
    fields: { 'Per cent': '25', 'For at least': '1' },
    run: ['--cpus=0.5', BUSYBOX, 'sh', '-c', 'while :; do :; done'],
    title: 'stoker uses much CPU',
    detail: /^\d+ % of one CPU, more than 25 %$/,
  },
  {
    name: 'Heavy',
    condition: 'memory',
    target: 'loader',
    fields: { 'Per cent': '50', 'For at least': '0' },
    run: ['--memory=64m', '--tmpfs=/hold', BUSYBOX, 'sh', '-c', 'head -c 48m /dev/zero > /hold/cargo; exec sleep 3600'],
    title: 'loader uses much memory',
    detail: /^\d+ % of the memory it may have, more than 50 %$/,
  },
  {
    name: 'Full',
    condition: 'disk',
    target: '',
    fields: { 'Per cent': '60', 'For at least': '0' },
    run: ['--name=hoarder', BUSYBOX, 'sh', '-c', 'head -c 200m /dev/zero > /cargo; exec sleep 3600'],
    title: 'host runs out of disk',
    detail: /^\d+\.\d % of the disk of \S+ is used, \d+\.\d GiB are free$/,
  },
  {
    name: 'Loop',
    condition: 'restarting',
    target: 'dinghy',
    fields: { Ends: '3', 'Within, in seconds': '60' },
    run: ['--restart=always', BUSYBOX, 'sh', '-c', 'exit 7'],
    title: 'dinghy restarts again and again',
    detail: /^3 ends within 60 seconds\. .*7/,
  },
];

let daemon: Daemon;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  daemon = await startDaemon({ dataSize: '256m' });
  await daemon.load(await busyboxArchive());
});

test.afterAll(() => daemon.remove());

async function makeChannel(page: Page, url: string): Promise<void> {
  await page.getByRole('button', { name: 'New channel' }).click();
  const channel = page.getByRole('dialog', { name: 'New channel' });
  await channel.getByLabel('Name').fill('Pager');
  await channel.getByLabel('Address').fill(url);
  await channel.getByRole('button', { name: 'Save' }).click();
  await expect(channel).toHaveCount(0);
}

async function makeRule(page: Page, { name, condition, target, fields }: Wish): Promise<void> {
  await page.getByRole('button', { name: 'New rule' }).click();
  const rule = page.getByRole('dialog', { name: 'New rule' });
  await rule.getByLabel('Name', { exact: true }).fill(name);
  await rule.getByLabel('When').selectOption(condition);
  await rule.getByLabel('Of', { exact: true }).selectOption(target ? 'container' : 'host');
  if (target) await rule.getByLabel('Its name').fill(target);
  for (const [label, value] of Object.entries(fields)) await rule.getByLabel(label).fill(value);
  await rule.getByLabel('Pager').check();
  expect(await objections(page)).toEqual([]);
  await rule.getByRole('button', { name: 'Save' }).click();
  await expect(rule).toHaveCount(0);
}

test('rules tell of CPU, memory, the disk and restarts, in the page, in the timeline and over a webhook', async ({ page }) => {
  test.setTimeout(240_000);
  const hook = await receiver();
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/alerts`);
  await makeChannel(page, hook.url);
  for (const wish of WISHES) await makeRule(page, wish);
  const rules = page.getByRole('list', { name: 'Rules' });
  await expect(rules.getByRole('listitem').filter({ hasText: 'Loop' })).toContainText('3 ends within 60 s');
  await expect(rules.getByRole('listitem').filter({ hasText: 'Hot' })).toContainText('25 %');
  // Nothing of it is true yet.
  await expect(page.getByText('Nothing is wrong')).toBeVisible();

  for (const { target, run } of WISHES) await daemon.docker.ok('run', '-d', ...(target ? [`--name=${target}`] : []), ...run);
  const now = page.getByRole('list', { name: 'Now' });
  for (const { name, title, detail } of WISHES) {
    await expect(now.getByRole('listitem').filter({ hasText: name })).toHaveCount(1, { timeout: 60_000 });
    const told = () => hook.received.find((message) => message.state === 'firing' && message.title === title)?.detail ?? '';
    await expect.poll(told).toMatch(detail);
    await expect(now.getByRole('listitem').filter({ hasText: name })).toContainText(told());
  }
  await page.screenshot({ path: test.info().outputPath('limits.png'), fullPage: true });
  expect(await objections(page)).toEqual([]);

  await page.goto(`${daemon.dashboard}/timeline`);
  const lanes = page.getByRole('group', { name: 'The timeline' });
  for (const { title } of WISHES) await expect(lanes.getByTitle(title)).toBeAttached();
  await page.getByLabel('Of what').selectOption('container:stoker');
  await expect(lanes.getByTitle('stoker uses much CPU')).toBeAttached();
  await expect(lanes.getByTitle('loader uses much memory')).toHaveCount(0);
  await page.screenshot({ path: test.info().outputPath('timeline.png') });

  // What ends or is removed is well again, and everybody is told once.
  await daemon.docker.ok('stop', '-t', '0', 'stoker');
  await daemon.docker.ok('rm', '-f', 'stoker', 'loader', 'hoarder', 'dinghy');
  const wells = () => hook.received.filter(({ state }) => state === 'resolved').map(({ title }) => title);
  await expect.poll(() => wells().sort(), { timeout: 60_000 }).toEqual(WISHES.map(({ title }) => `Well again: ${title}`).sort());
  expect(hook.received.filter(({ state }) => state === 'firing')).toHaveLength(WISHES.length);
  await page.goto(`${daemon.dashboard}/alerts`);
  await expect(page.getByRole('list', { name: 'Lately' }).getByRole('listitem')).toHaveCount(WISHES.length);
  await expect(now).toHaveCount(0);
  hook.close();
});
