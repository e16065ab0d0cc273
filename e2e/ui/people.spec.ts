import { createHmac } from 'node:crypto';
import { expect, type Browser, type Page } from '@playwright/test';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { admin, signIn, test } from './harbour.ts';

const PASSWORD = 'a knot that holds and yet unties';

test.beforeAll(async ({ daemon }) => {
  for (const project of ['harbour', 'yard'])
    await daemon.docker.ok(
      'run',
      '-d',
      '--name',
      `${project}-crane`,
      '--label',
      `com.docker.compose.project=${project}`,
      '--label',
      'com.docker.compose.service=crane',
      BUSYBOX,
      'sleep',
      '3600',
    );
});

test.afterAll(async ({ daemon }) => {
  await daemon.docker.ok('rm', '-f', 'harbour-crane', 'yard-crane');
});

/** The code of an authenticator now, or some half minutes later (RFC 6238). */
function totp(secret: string, later: number): string {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const hash = createHmac('sha1', key).update(counter).digest();
  return String((hash.readUInt32BE(hash.at(-1)! & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** Somebody else's browser. */
async function elsewhere(browser: Browser): Promise<Page> {
  return (await browser.newContext()).newPage();
}

/** Invites somebody on the users page. @returns the one-time link */
async function invite(page: Page, name: string, projects: Record<string, string> = {}): Promise<string> {
  await page.getByRole('button', { name: 'Invite' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel('Role everywhere').selectOption(Object.keys(projects).length > 0 ? 'none' : 'viewer');
  for (const [project, role] of Object.entries(projects)) {
    await dialog.getByRole('button', { name: 'Add a project' }).click();
    await dialog.getByLabel('Project', { exact: true }).last().fill(project);
    await dialog.getByLabel(`Role in ${project}`).selectOption(role);
  }
  await dialog.getByRole('button', { name: 'Invite' }).click();
  const link = await page.getByLabel('One-time link').textContent();
  await page.getByRole('button', { name: 'I have kept it' }).click();
  return link ?? '';
}

async function choosePassword(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Password once more').fill(PASSWORD);
  await page.getByRole('button', { name: 'Choose and sign in' }).click();
  await page.waitForURL('**/containers');
}

test('an admin invites an operator of one project, who sees and does that, until they may not', async ({ page, daemon, browser }) => {
  // Several browsers, one after the other.
  test.slow();
  await signIn(page, daemon);
  await page.getByRole('link', { name: 'Users' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Users' })).toBeVisible();
  const link = await invite(page, 'bo', { harbour: 'operator' });
  const row = page.getByRole('row').filter({ hasText: 'bo' });
  await expect(row).toContainText('invited');
  await expect(row).toContainText('Operator in harbour');

  const theirs = await elsewhere(browser);
  await choosePassword(theirs, link);
  expect(theirs.url()).not.toContain('token');
  await expect(theirs.getByRole('link', { name: 'harbour-crane', exact: true })).toBeVisible();
  await expect(theirs.getByRole('link', { name: 'yard-crane', exact: true })).toHaveCount(0);
  await expect(theirs.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Users' })).toHaveCount(0);
  await theirs.getByRole('row').filter({ hasText: 'harbour-crane' }).getByRole('button', { name: /^Stop/ }).click();
  await expect.poll(async () => (await daemon.docker.inspect('harbour-crane')).State?.Running, { timeout: 60_000 }).toBe(false);

  // The link has been used.
  const other = await elsewhere(browser);
  await other.goto(link);
  await other.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await other.getByLabel('Password once more').fill(PASSWORD);
  await other.getByRole('button', { name: 'Choose and sign in' }).click();
  await expect(other.getByRole('alert')).toContainText('this link was used already');
  await other.context().close();

  // Other rights, with the page still open.
  await page.getByRole('button', { name: 'Change bo' }).click();
  await page.getByRole('dialog').getByLabel('Role everywhere').selectOption('viewer');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(theirs.getByRole('link', { name: 'yard-crane', exact: true })).toBeVisible();

  await page.getByRole('button', { name: 'Change bo' }).click();
  await page.getByRole('dialog').getByLabel('May sign in').uncheck();
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(row).toContainText('disabled');
  await theirs.goto(`${daemon.dashboard}/images`);
  await expect(theirs.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await theirs.context().close();

  await page.getByRole('button', { name: 'Remove bo' }).click();
  await page.getByRole('alertdialog').or(page.getByRole('dialog')).getByRole('button', { name: 'Remove' }).click();
  await expect(row).toHaveCount(0);
});

test('the last admin can neither be removed nor made less', async ({ page, daemon }) => {
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/users`);
  await page.getByRole('button', { name: `Change ${admin.name}`, exact: true }).click();
  await page.getByRole('dialog').getByLabel('Role everywhere').selectOption('viewer');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('the only admin');
});

test('somebody changes their password, looks at their sessions and ends one', async ({ page, daemon, browser }) => {
  // Several browsers, one after the other.
  test.slow();
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/users`);
  const theirs = await elsewhere(browser);
  await choosePassword(theirs, await invite(page, 'kim'));
  const phone = await elsewhere(browser);
  await phone.goto(`${daemon.dashboard}/login`);
  await phone.getByLabel('Name').fill('kim');
  await phone.getByLabel('Password').fill(PASSWORD);
  await phone.getByRole('button', { name: 'Sign in', exact: true }).click();
  await phone.waitForURL('**/containers');

  await theirs.getByRole('button', { name: 'Theme and account' }).click();
  await theirs.getByRole('menuitem', { name: 'Your account' }).click();
  const sessions = theirs.getByRole('list', { name: 'Sessions' });
  await expect(sessions.getByRole('listitem')).toHaveCount(2);
  await sessions.getByRole('button', { name: 'End this session' }).click();
  await expect(sessions.getByRole('listitem')).toHaveCount(1);
  await phone.goto(`${daemon.dashboard}/images`);
  await expect(phone.getByRole('heading', { name: 'Sign in' })).toBeVisible();

  const fill = async (current: string) => {
    await theirs.getByLabel('Present password').fill(current);
    await theirs.getByLabel('New password', { exact: true }).fill('another knot, as good as that');
    await theirs.getByLabel('Password once more').fill('another knot, as good as that');
    await theirs.getByRole('button', { name: 'Change the password' }).click();
  };
  await fill('not the one');
  await expect(theirs.getByRole('alert')).toContainText('this is not your password');
  await fill(PASSWORD);
  await expect(theirs.getByText('The password is changed')).toBeVisible();
  await phone.getByLabel('Name').fill('kim');
  await phone.getByLabel('Password').fill('another knot, as good as that');
  await phone.getByRole('button', { name: 'Sign in', exact: true }).click();
  await phone.waitForURL(/\/(containers|images)$/);
  await phone.context().close();
  await theirs.context().close();
});

test('a token is shown once, works as far as it was made for, and until it is removed', async ({ page, daemon }) => {
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/account`);
  await page.getByRole('button', { name: 'New token' }).click();
  await page.getByLabel('What it is for').fill('the crane');
  await page.getByLabel('May', { exact: true }).selectOption('viewer');
  await page.getByLabel('Only in these projects').fill('harbour');
  await page.getByRole('button', { name: 'Make the token' }).click();
  const token = (await page.getByLabel('Token', { exact: true }).textContent()) ?? '';
  await expect(page.getByRole('dialog')).toContainText('"Authorization": "Bearer slipway_');
  await page.getByRole('button', { name: 'I have kept it' }).click();
  const ask = (path: string, method = 'GET') =>
    fetch(`${daemon.dashboard}/v1.56${path}`, { method, headers: { authorization: `Bearer ${token}` } });
  const names = ((await (await ask('/containers/json?all=1')).json()) as { Names: string[] }[]).flatMap(({ Names }) => Names);
  expect(names).toEqual(['/harbour-crane']);
  expect((await ask('/containers/harbour-crane/restart', 'POST')).status).toBe(403);

  const tokens = page.getByRole('list', { name: 'API tokens' });
  await expect(tokens).toContainText('the crane');
  await page.reload();
  await expect(tokens.getByRole('listitem').filter({ hasText: 'the crane' })).toContainText('Viewer');
  await expect(page.locator('body')).not.toContainText(token);
  await tokens.getByRole('button', { name: 'Remove the crane' }).click();
  await page.getByRole('alertdialog').or(page.getByRole('dialog')).getByRole('button', { name: 'Remove' }).click();
  await expect(tokens.getByText('the crane')).toHaveCount(0);
  expect((await ask('/info')).status).toBe(401);
});

test('every change is written down: who, how, what and how it ended, with a way there', async ({ page, daemon }) => {
  await signIn(page, daemon);
  const secret = 'tell-nobody-of-this';
  await daemon.docker.ok('run', '-d', '--name', 'audited', '-e', `TOKEN=${secret}`, BUSYBOX, 'sleep', '3600');
  await page.goto(`${daemon.dashboard}/audit`);
  await expect(page.getByRole('heading', { level: 1, name: 'Audit' })).toBeVisible();
  await page.getByLabel('Object', { exact: true }).fill('audited');
  const started = page.getByRole('row').filter({ hasText: 'Container start' }).filter({ hasText: 'audited' });
  await expect(started).toContainText('root');
  await expect(started).toContainText('local socket');
  await expect(started).toContainText('done');
  await expect(page.locator('body')).not.toContainText(secret);
  await started.getByRole('link', { name: 'audited' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'audited' })).toBeVisible();
  await page.goBack();
  await expect(page.getByLabel('Object', { exact: true })).toHaveValue('audited');
  await page.getByLabel('Object', { exact: true }).fill('no such thing');
  await expect(page.getByText('No entry matches')).toBeVisible();
  await daemon.docker.ok('rm', '-f', 'audited');
});

test('an authenticator is set up with its QR code, asked for at sign-in, and replaced by a recovery code', async ({
  page,
  daemon,
  browser,
}) => {
  // Several browsers, one after the other.
  test.slow();
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/users`);
  const theirs = await elsewhere(browser);
  await choosePassword(theirs, await invite(page, 'lou'));
  await theirs.goto(`${daemon.dashboard}/account`);
  await theirs.getByRole('button', { name: 'Set up an authenticator' }).click();
  await expect(theirs.getByRole('img', { name: 'QR code of the secret' })).toBeVisible();
  const secret = (await theirs.getByLabel('Secret', { exact: true }).textContent()) ?? '';
  await theirs.getByLabel('Code', { exact: true }).fill('000000');
  await theirs.getByRole('button', { name: 'Switch on' }).click();
  await expect(theirs.getByRole('dialog').getByRole('alert')).toContainText('not the code');
  await theirs.getByLabel('Code', { exact: true }).fill(totp(secret, 0));
  await theirs.getByRole('button', { name: 'Switch on' }).click();
  const recovery = theirs.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem');
  await expect(recovery).toHaveCount(10);
  const codes = await recovery.allTextContents();
  await theirs.getByRole('button', { name: 'I have kept it' }).click();
  await expect(theirs.getByText('10 recovery codes are left.')).toBeVisible();

  for (const code of [totp(secret, 1), codes[0]!]) {
    await theirs.context().clearCookies();
    await theirs.goto(`${daemon.dashboard}/login`);
    await theirs.getByLabel('Name').fill('lou');
    await theirs.getByLabel('Password').fill(PASSWORD);
    await theirs.getByRole('button', { name: 'Sign in', exact: true }).click();
    await theirs.getByLabel('Code').fill(code);
    await theirs.getByRole('button', { name: 'Sign in', exact: true }).click();
    await theirs.waitForURL('**/containers');
  }
  await theirs.goto(`${daemon.dashboard}/account`);
  await expect(theirs.getByText('9 recovery codes are left.')).toBeVisible();
  await theirs.getByRole('button', { name: 'Switch off' }).click();
  await theirs.getByRole('dialog').getByLabel('Password').fill(PASSWORD);
  await theirs.getByRole('dialog').getByRole('button', { name: 'Switch off' }).click();
  await expect(theirs.getByRole('button', { name: 'Set up an authenticator' })).toBeVisible();
  await theirs.context().close();
});

test('a passkey is made, signs in without a password, and is forgotten', async ({ page, daemon, browser }) => {
  await signIn(page, daemon);
  await page.goto(`${daemon.dashboard}/users`);
  const theirs = await elsewhere(browser);
  // Passkeys are for names, not for addresses.
  const named = daemon.dashboard.replace('127.0.0.1', 'localhost');
  await choosePassword(theirs, (await invite(page, 'max')).replace('127.0.0.1', 'localhost'));
  const devtools = await theirs.context().newCDPSession(theirs);
  await devtools.send('WebAuthn.enable');
  const options = {
    protocol: 'ctap2',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
  } as const;
  await devtools.send('WebAuthn.addVirtualAuthenticator', { options });
  await theirs.goto(`${named}/account`);
  await theirs.getByRole('button', { name: 'Add a passkey' }).click();
  await theirs.getByLabel('What it is called').fill('a thumb');
  await theirs.getByRole('dialog').getByRole('button', { name: 'Add a passkey' }).click();
  await expect(theirs.getByRole('list', { name: 'Passkeys' })).toContainText('a thumb');

  await theirs.context().clearCookies();
  await theirs.goto(`${named}/login`);
  await theirs.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await theirs.waitForURL('**/containers');
  await theirs.goto(`${named}/account`);
  await expect(theirs.getByRole('heading', { level: 1, name: 'max' })).toBeVisible();
  await theirs.getByRole('button', { name: 'Remove a thumb' }).click();
  await expect(theirs.getByRole('list', { name: 'Passkeys' })).toHaveCount(0);

  await theirs.context().clearCookies();
  await theirs.goto(`${named}/login`);
  await theirs.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(theirs.getByRole('alert')).toContainText('this passkey is not known here');
  await theirs.context().close();
});
