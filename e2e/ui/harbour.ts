import { test as base, expect, type Locator, type Page } from '@playwright/test';
import { busyboxArchive } from '../fixtures/busybox.ts';
import { type Daemon, startDaemon } from '../fixtures/daemon.ts';

/** The first admin of every daemon in the browser tests. */
export const admin = { name: 'admin', password: 'a rope is a line once it is aboard' };

/** Every browser test file has a real daemon with the busybox image for itself. */
export const test = base.extend<object, { daemon: Daemon }>({
  daemon: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of other fixtures off this parameter
    async ({}, use) => {
      const daemon = await startDaemon();
      await daemon.load(await busyboxArchive());
      await use(daemon);
      await daemon.remove();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

/** Daemons that have their admin. */
const manned = new WeakSet<Daemon>();

/**
 * Opens an address and waits until `there` is shown. Chromium gives up what it loads when a link or an address of the host
 * changes, as they do when containers start: then the page is loaded once more.
 */
async function open(page: Page, url: string, there: Locator): Promise<void> {
  await page.goto(url);
  await expect(async () => {
    const shown = await there.waitFor({ timeout: 15_000 }).then(
      () => true,
      () => false,
    );
    if (!shown) await page.reload();
    expect(shown).toBe(true);
  }).toPass({ timeout: 100_000 });
}

/** Makes the first admin by the link that the daemon printed; ends on the list of containers. */
export async function setUp(page: Page, daemon: Daemon): Promise<void> {
  // By what browsers fill in: the page may speak another language.
  const passwords = page.locator('input[autocomplete="new-password"]');
  await open(page, daemon.setupLink, passwords.first());
  for (const password of await passwords.all()) await password.fill(admin.password);
  await page.locator('button[type="submit"]').click();
  await page.waitForURL('**/containers');
  manned.add(daemon);
}

/** Signs in as the admin, who is made first where there is none; ends on the list of containers. */
export async function signIn(page: Page, daemon: Daemon): Promise<void> {
  if (!manned.has(daemon)) return setUp(page, daemon);
  const name = page.locator('input[autocomplete="username"]');
  await open(page, `${daemon.dashboard}/login`, name);
  await name.fill(admin.name);
  await page.locator('input[autocomplete="current-password"]').fill(admin.password);
  await page.locator('button[type="submit"]').click();
  await page.waitForURL('**/containers');
}
