import { expect, type Browser, type Locator, type Page } from '@playwright/test';
import type { SignedIn } from '../../fixtures/live-page.ts';

/** A page of a browser with nothing in its cache, signed in and not yet anywhere. */
export async function openPage(browser: Browser, dashboard: string, { cookie }: SignedIn): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const split = cookie.indexOf('=');
  await context.addCookies([{ name: cookie.slice(0, split), value: cookie.slice(split + 1), url: dashboard }]);
  return context.newPage();
}

/** Opens an address until `there` is shown: the browser gives up what it loads when a container's link comes or goes. */
export async function visit(page: Page, url: string, there: Locator): Promise<void> {
  await expect(async () => {
    await page.goto(url);
    await expect(there).toBeVisible();
  }).toPass({ timeout: 120_000 });
}
