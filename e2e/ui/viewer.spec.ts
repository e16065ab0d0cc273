import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { BUSYBOX } from '../fixtures/busybox.ts';
import type { Daemon } from '../fixtures/daemon.ts';
import type { SignedIn } from '../fixtures/live-page.ts';
import { invite } from '../fixtures/people.ts';
import { signIn, test } from './harbour.ts';
import { objections } from './objections.ts';

test.describe.configure({ timeout: 240_000 });

/** Names of buttons that only look at things, or change what is this browser's own. */
const HARMLESS =
  /^(Search|Theme and account|Regular expression|Empty the view|Read the folder anew|Services$|Running$|Used by|Now$|What$|Next$|Filter|Columns|Group by|Keys|Show|Hide|Copy|Logs of|More for|More$|All keys|Your account|account|Account|Name|State|Image|CPU|Memory|Status|Size|Made|Driver|ID|Subnet|Who|When|Reload|Go to|Open|Close|Wrap|Times|Follow|Download|Newest|Oldest|Live|Last|\d+ |Text|Regex|JSON|Levels?|Measure anew|Tick|Earlier|Later|Zoom|Light|Dark|Fold|Unfold|Kind|Everything|Containers|Images|Networks|Volumes|Events|Host|Colour|Language|Select|Runs of|Show runs|Last runs|Long jobs|.*help.*)/i;

/** The names of the page's buttons that can be pressed, and of links that lead to a form. */
async function offered(page: Page): Promise<string[]> {
  const buttons = page.locator('button:enabled:visible');
  const names = await buttons.evaluateAll((all) => all.map((each) => (each.getAttribute('aria-label') ?? each.textContent ?? '').trim()));
  const forms = page.locator('a[href$="/new"]:visible, a[href$="/edit"]:visible, a[href$="/build"]:visible, a[href*="/new/"]:visible');
  return [...names, ...(await forms.allTextContents())].filter((name) => name !== '' && !HARMLESS.test(name));
}

/** What the page is signed in with. */
async function session(page: Page, { dashboard }: Daemon): Promise<SignedIn> {
  const cookies = await page.context().cookies(dashboard);
  const { token } = (await page.evaluate(async () => (await fetch('/dashboard/session')).json())) as { token: string };
  return { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '), token };
}

test('somebody who may only look is offered nothing that changes anything, on any page', async ({ page, daemon }) => {
  const { docker } = daemon;
  await docker.ok('run', '-d', '--name', 'watched', '-v', 'cargo:/data', BUSYBOX, 'sleep', '3600');
  await docker.ok('network', 'create', 'watched-net');
  const stack = join(daemon.dataRoot, 'stacks/watched-stack');
  mkdirSync(stack, { recursive: true });
  writeFileSync(join(stack, 'compose.yaml'), `services:\n  web:\n    image: ${BUSYBOX}\n    command: sleep 3600\n`);
  await signIn(page, daemon);
  const who = await session(page, daemon);
  const viewer = await invite(daemon, who, 'lookout', { role: 'viewer' });
  await page.context().clearCookies();
  const split = viewer.cookie.indexOf('=');
  await page.context().addCookies([{ name: viewer.cookie.slice(0, split), value: viewer.cookie.slice(split + 1), url: daemon.dashboard }]);
  const { Id } = await docker.inspect('watched');
  const found: string[] = [];
  for (const path of [
    'containers',
    `containers/${Id}`,
    `containers/${Id}/logs`,
    `containers/${Id}/stats`,
    `containers/${Id}/files`,
    `containers/${Id}/revisions`,
    'stacks',
    'stacks/watched-stack',
    'images',
    `images/${encodeURIComponent(BUSYBOX)}`,
    'networks',
    'networks/watched-net',
    'volumes',
    'volumes/cargo',
    'disk',
    'host',
    'logs',
    'events',
    'timeline',
    'alerts',
    'schedules',
    'registries',
  ]) {
    await page.goto(`${daemon.dashboard}/${path}`);
    await expect(page.locator('main h1').first()).toBeVisible();
    await expect(page.locator('main .skeleton')).toHaveCount(0);
    found.push(...(await offered(page)).map((name) => `${path}: ${name}`));
  }
  expect(found).toEqual([]);
  await page.goto(`${daemon.dashboard}/containers/${Id}`);
  await expect(page.getByRole('link', { name: 'Terminal' })).toHaveCount(0);
  await page.screenshot({ path: test.info().outputPath('container.png') });
  expect(await objections(page)).toEqual([]);
  await page.goto(`${daemon.dashboard}/volumes/cargo`);
  await page.screenshot({ path: test.info().outputPath('volume.png') });
  await docker.ok('rm', '-f', 'watched');
});
