import { expect, type Page } from '@playwright/test';
import { BUSYBOX } from '../fixtures/busybox.ts';
import type { Daemon } from '../fixtures/daemon.ts';
import { signIn, test } from './harbour.ts';
import { objections } from './objections.ts';

test.describe.configure({ timeout: 300_000 });

const MANY = 105;
const LONG = 'a-name-that-goes-on-and-on-and-on-as-those-that-some-tool-has-made-of-a-path-a-hash-and-a-date';
const looks = [
  ['light', { width: 1280, height: 900 }],
  ['dark', { width: 1280, height: 900 }],
  ['dark', { width: 390, height: 844 }],
] as const;

/** A hundred of everything, one of each with a long name. */
async function crowd({ http }: Daemon): Promise<void> {
  const made = async (path: string, body?: object) => {
    const { status, text } = await http.post(path, body);
    expect([201, text]).toEqual([status, text]);
  };
  for (let at = 0; at < MANY; at++) {
    const name = at === 0 ? LONG : `crate-${at}`;
    const Labels = at % 3 === 0 ? { 'com.docker.compose.project': `project-${at % 4}` } : {};
    await made('/volumes/create', { Name: name, Labels });
    await made(`/containers/create?name=${name}`, {
      Image: BUSYBOX,
      Labels,
      HostConfig: { Binds: [`${name}:/data`], NetworkMode: 'none' },
    });
    const repo = at === 0 ? `a.registry.example.com:5000/team/${LONG}` : name;
    await made(`/commit?container=${name}&repo=${repo}&tag=1.${at}`, { Labels: { number: `${at}` } });
    if (at < MANY / 5) await made('/networks/create', { Name: name, Labels, Internal: true });
  }
}

/** The page in every look: nobody objects, nothing is wider than the window, and there are pictures of its top and end. */
async function show(page: Page, name: string): Promise<void> {
  for (const [colorScheme, viewport] of looks) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(viewport);
    const look = viewport.width < 500 ? 'phone' : colorScheme;
    await page.screenshot({ path: test.info().outputPath(`${name}-${look}.png`) });
    if (look !== 'dark') expect(await objections(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
    await page.locator('main').evaluate((main) => main.scrollTo(0, main.scrollHeight));
    await page.screenshot({ path: test.info().outputPath(`${name}-${look}-end.png`) });
    await page.locator('main').evaluate((main) => main.scrollTo(0, 0));
  }
}

test('lists of a hundred rows keep their shape, from the first row to the last', async ({ page, daemon }) => {
  await crowd(daemon);
  await signIn(page, daemon);
  for (const [path, heading] of [
    ['containers', 'Containers'],
    ['images', 'Images'],
    ['volumes', 'Volumes'],
    ['networks', 'Networks'],
    ['disk', ''],
  ] as const) {
    await page.goto(`${daemon.dashboard}/${path}`);
    if (heading) await expect(page.getByRole('heading', { name: heading, level: 1 })).toBeVisible();
    await expect(page.getByText(LONG).first()).toBeVisible({ timeout: 30_000 });
    await show(page, path);
  }
  await daemon.docker.ok('container', 'prune', '-f');
  await daemon.docker.ok('volume', 'prune', '-af');
  await daemon.docker.ok('network', 'prune', '-f');
});
