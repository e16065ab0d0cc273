import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { startDaemon, type Daemon } from '../fixtures/daemon.ts';
import { CLIENT, OpenIdProvider } from '../fixtures/openid.ts';
import { freePort } from '../fixtures/subnet.ts';
import { setUp } from './harbour.ts';

let daemon: Daemon;
let provider: OpenIdProvider;
let folder: string;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  provider = new OpenIdProvider(await freePort());
  folder = mkdtempSync(join(tmpdir(), 'slipway-e2e-oidc-'));
  const secret = join(folder, 'secret');
  writeFileSync(secret, `${CLIENT.secret}\n`, { mode: 0o600 });
  daemon = await startDaemon({
    flags: [
      `--oidc-issuer=${provider.issuer}`,
      `--oidc-client-id=${CLIENT.id}`,
      `--oidc-client-secret-file=${secret}`,
      '--oidc-name=Harbour Office',
      '--oidc-role=crew=operator@shop',
      '--oidc-role=captains=admin',
    ],
  });
  await provider.start(`${daemon.dashboard}/dashboard/oidc/callback`);
});

test.afterAll(async () => {
  provider.stop();
  await daemon.remove();
  rmSync(folder, { recursive: true });
});

/** Signs in at the provider's own form, and agrees to what it tells the daemon. */
async function signInAt(page: Page, name: string): Promise<void> {
  await page.context().clearCookies();
  await page.goto(`${daemon.dashboard}/login`);
  await page.getByRole('link', { name: 'Sign in at Harbour Office' }).click();
  await page.locator('input[name=login]').fill(name);
  await page.locator('input[name=password]').fill('anything');
  await page.locator('button[type=submit]').click();
  await page.getByRole('button', { name: 'Continue' }).click();
}

test('people sign in at an OpenID provider and may do what their groups come to, now', async ({ page }) => {
  await setUp(page, daemon);
  provider.groups.set('mate', ['crew']);
  await signInAt(page, 'mate');
  await page.waitForURL('**/containers');
  await page.goto(`${daemon.dashboard}/account`);
  await expect(page.getByRole('heading', { level: 1, name: 'mate' })).toBeVisible();
  await expect(page.getByText('Operator in shop')).toBeVisible();
  await expect(page.getByText('Present password')).toHaveCount(0);
  const cookies = await page.context().cookies(daemon.dashboard);
  expect(cookies.find(({ name }) => name === 'slipway_session')).toMatchObject({ httpOnly: true, sameSite: 'Strict' });

  provider.groups.set('mate', ['captains']);
  await signInAt(page, 'mate');
  await page.waitForURL('**/containers');
  await page.getByRole('link', { name: 'Users' }).click();
  await expect(page.getByRole('row').filter({ hasText: 'mate' })).toContainText('Admin');

  provider.groups.set('mate', ['passengers']);
  await signInAt(page, 'mate');
  await expect(page.getByRole('alert')).toContainText('none of your groups at Harbour Office has a role here');
});

test('nobody comes in by an answer that was not asked for', async ({ page }) => {
  for (const query of ['', '?code=stolen&state=guessed', '?error=access_denied']) {
    await page.goto(`${daemon.dashboard}/dashboard/oidc/callback${query}`);
    await expect(page.getByRole('alert')).toContainText('begun in another browser');
  }
});
