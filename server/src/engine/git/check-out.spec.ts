import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkOut, latestCommit } from './check-out.js';

const root = mkdtempSync(join(tmpdir(), 'slipway-git-'));
const wanted = `Basic ${Buffer.from('ann:s3 cret%').toString('base64')}`;
const asked: IncomingHttpHeaders[] = [];
const { signal } = new AbortController();
let url = '';
let folder = '';

/** The dumb protocol, with a door. */
const server = createServer((request, response) => {
  asked.push(request.headers);
  const { pathname } = new URL(request.url ?? '/', 'http://here');
  if (pathname.startsWith('/away/')) return response.writeHead(302, { location: `http://localhost:${port()}${pathname.slice(5)}` }).end();
  if (request.headers.authorization !== wanted) return response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  const stream = createReadStream(join(root, pathname));
  stream.once('error', () => response.writeHead(404).end());
  stream.once('open', () => stream.pipe(response));
});
const port = () => (server.address() as AddressInfo).port;

function git(...args: string[]): string {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' };
  const who = ['-c', 'user.name=me', '-c', 'user.email=me@example.com', '-c', 'protocol.file.allow=always'];
  return execFileSync('git', [...who, ...args], { cwd: root, env, encoding: 'utf8' }).trim();
}

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${port()}/served.git`;
  mkdirSync(join(root, 'work/web'), { recursive: true });
  writeFileSync(join(root, 'work/web/page'), 'one');
  git('init', '-q', '-b', 'main', 'work');
  git('-C', 'work', 'add', '.');
  git('-C', 'work', 'commit', '-q', '-m', 'One');
  git('-C', 'work', 'tag', '-m', 'With a message', 'v1');
  git('clone', '-q', '--bare', 'work', 'served.git');
  git('-C', 'served.git', 'update-server-info');
});
beforeEach(() => {
  folder = mkdtempSync(join(root, 'out-'));
  asked.length = 0;
});
afterAll(() => {
  server.close();
  rmSync(root, { recursive: true });
});

const credentials = { user: 'ann', token: 's3 cret%' };

describe('a repository that asks who somebody is', () => {
  test('is checked out with credentials, and tells its commit', async () => {
    const out = await checkOut({ url, ref: 'main', folder: 'web' }, folder, signal, credentials);
    expect(out).toEqual({ folder: join(folder, 'web'), commit: git('-C', 'work', 'rev-parse', 'HEAD') });
    expect(readFileSync(join(out.folder, 'page'), 'utf8')).toBe('one');
    expect(existsSync(join(folder, '.git'))).toBe(false);
  });

  test('takes those in its URL, too', async () => {
    const address = url.replace('//', '//ann:s3%20cret%25@');
    expect((await checkOut({ url: address, ref: 'HEAD', folder: '' }, folder, signal)).folder).toBe(folder);
  });

  test('does not have its secrets told when it says no', async () => {
    const wrong = { user: 'ann', token: 'not-the-word' };
    const failure = (await latestCommit({ url, ref: 'main' }, folder, signal, wrong).catch((error: unknown) => error)) as Error;
    expect(failure.message).toMatch(/^git ls-remote failed: the repository does not take this user and token \(Authentication failed/);
    expect(JSON.stringify([failure.message, failure.stack, failure.cause])).not.toContain('not-the-word');
    await expect(latestCommit({ url, ref: 'main' }, folder, signal)).rejects.toThrow('it asks for a user and a token');
  });

  test('does not have them sent to where it leads', async () => {
    const away = url.replace('/served', '/away/served');
    await expect(latestCommit({ url: away, ref: 'main' }, folder, signal, credentials)).rejects.toThrow('git ls-remote failed');
    const elsewhere = asked.filter(({ host }) => host?.startsWith('localhost'));
    expect(elsewhere.length).toBeGreaterThan(0);
    expect(elsewhere.map(({ authorization }) => authorization).filter(Boolean)).toEqual([]);
  });
});

describe('the latest commit', () => {
  const latest = (ref: string) => latestCommit({ url, ref }, folder, signal, credentials);

  test('is that of a branch, a tag, with a message or without, or HEAD', async () => {
    const head = git('-C', 'work', 'rev-parse', 'HEAD');
    for (const ref of ['HEAD', 'main', 'v1', 'refs/heads/main', head]) expect(await latest(ref)).toBe(head);
    expect(await latest(head.slice(0, 8))).toBeUndefined();
    expect(await latest('none')).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });
});
