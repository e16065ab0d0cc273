import { createReadStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { Canary } from '../fixtures/canary.ts';
import { must } from '../fixtures/process.ts';
import { useDaemon } from '../fixtures/suite.ts';
import { type Entry, file, symlink, tar } from '../fixtures/tar.ts';

const suite = useDaemon();
const canary = new Canary();

afterEach(() => expect(canary.harm).toBe(''));
afterAll(() => canary.remove());

/** Builds a context as a client does; resolves to all that was said. */
async function build(dockerfile: string, entries: readonly Entry[] = [], query = ''): Promise<string> {
  const context = await tar([file('Dockerfile', dockerfile), ...entries]);
  const { status, text } = await suite.http.post(`/build?${query}`, context, { headers: { 'content-type': 'application/x-tar' } });
  expect(status).toBeLessThan(500);
  return text;
}

describe('a build context does not bring files of the host', () => {
  const SHOW = 'RUN cat /got';
  test.each<[string, string, () => Entry[]]>([
    ['by a link', `COPY link /got`, () => [symlink('link', canary.file)]],
    ['by a link that climbs', `COPY link /got`, () => [symlink('link', `${'../'.repeat(20)}${canary.file.slice(1)}`)]],
    ['by a linked folder', `COPY folder/file /got`, () => [symlink('folder', canary.root)]],
    ['by ..', `COPY ${'../'.repeat(20)}${canary.file.slice(1)} /got`, () => []],
    ['by an absolute name', `COPY ${canary.file} /got`, () => []],
    ['by a file: address', `ADD file://${canary.file} /got`, () => []],
    ['by a link and a wildcard', `COPY folder/f* /got`, () => [symlink('folder', canary.root)]],
    ['by a link of another stage', `COPY --from=0 /link /got`, () => []],
  ])('%s', async (_, instruction, entries) => {
    const stage = instruction.includes('--from') ? `FROM ${BUSYBOX}\nRUN ln -s ${canary.file} /link\n` : '';
    const said = await build(`${stage}FROM ${BUSYBOX}\n${instruction}\n${SHOW}`, entries());
    expect(said).toContain('"error"');
    expect(said).not.toContain(canary.secret);
  });

  test.each(['.dockerignore', 'Dockerfile'])('by %s', async (name) => {
    const context = await tar([...(name === 'Dockerfile' ? [] : [file('Dockerfile', `FROM ${BUSYBOX}`)]), symlink(name, canary.file)]);
    const { text } = await suite.http.post('/build', context, { headers: { 'content-type': 'application/x-tar' } });
    expect(text).not.toContain(canary.secret);
  });

  test('by the name of its Dockerfile', async () => {
    expect(await build(`FROM ${BUSYBOX}`, [], `dockerfile=${encodeURIComponent(canary.file)}`)).toMatch(
      /Cannot locate specified Dockerfile/,
    );
  });
});

describe('a Dockerfile does not hold the daemon up', () => {
  const doubled = Array.from({ length: 12 }, (_, at) => `ENV V${at + 1}=${`\${V${at}}`.repeat(10)}`).join('\n');
  const stages = Array.from({ length: 4000 }, (_, at) => `FROM ${at ? `s${at - 1}` : BUSYBOX} AS s${at}`).join('\n');
  const backtracking = '*a'.repeat(40);
  const names = Array.from({ length: 20 }, (_, at) => file('a'.repeat(200) + at, ''));
  test.each<[string, string, RegExp, Entry[]?]>([
    ['by variables that double and double', `FROM ${BUSYBOX}\nENV V0=${'x'.repeat(64)}\n${doubled}`, /too large/],
    ['by variables in variables', `FROM ${BUSYBOX}\nENV A=${'${A:-'.repeat(20_000)}x${'}'.repeat(20_000)}`, /nested/],
    ['by a hundred thousand steps', `FROM ${BUSYBOX}\n${'LABEL a=b\n'.repeat(100_000)}`, /more than 5000 instructions/],
    ['by thousands of stages', stages, /more than 1000 stages/],
    ['by an endless line', `FROM ${BUSYBOX}\nLABEL a=${'x'.repeat(20_000_000)}`, /larger than/],
    ['by a wildcard that looks back', `FROM ${BUSYBOX}\nCOPY ${backtracking}b /x/`, /no source files/, names],
    [
      'by a .dockerignore that looks back',
      `FROM ${BUSYBOX}\nCOPY . /x/`,
      /Successfully built/,
      [...names, file('.dockerignore', `${'**/*a'.repeat(60)}b`)],
    ],
    [
      'by a replacement that looks back',
      `FROM ${BUSYBOX}\nENV A=${'a'.repeat(4000)}\nLABEL b=\${A//${backtracking}b/x}`,
      /Successfully built/,
    ],
  ])(
    '%s',
    async (_, dockerfile, message, entries = []) => {
      expect(await build(dockerfile, entries)).toMatch(message);
      expect((await suite.http.get('/_ping')).status).toBe(200);
    },
    60_000,
  );
});

describe('a git repository as the context', () => {
  const root = mkdtempSync(join(tmpdir(), 'slipway-git-'));
  const git = (...args: string[]) => must('git', ['-c', 'user.name=me', '-c', 'user.email=me@example.com', ...args], { cwd: root });
  const server = createServer((request, response) => {
    const stream = createReadStream(join(root, new URL(request.url ?? '/', 'http://here').pathname));
    stream.once('error', () => response.writeHead(404).end());
    stream.once('open', () => stream.pipe(response));
  });
  let address = '';

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    rmSync(root, { recursive: true });
  });

  /** Serves a repository whose submodule `name` at `path` is said to be at `url`. */
  async function serve(repository: string, name: string, path: string, url: string): Promise<string> {
    const work = join(root, `${repository}-work`);
    mkdirSync(work);
    writeFileSync(join(work, 'Dockerfile'), `FROM ${BUSYBOX}\nCOPY . /got/\nRUN find /got -type f | xargs cat`);
    writeFileSync(join(work, '.gitmodules'), `[submodule "${name}"]\n\tpath = ${path}\n\turl = ${url}\n`);
    await git('init', '-q', '-b', 'main', work);
    await git('-C', work, 'add', '.');
    await git('-C', work, 'update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},${path}`);
    await git('-C', work, 'commit', '-q', '-m', 'One');
    await git('clone', '-q', '--bare', work, `${repository}.git`);
    await git('-C', `${repository}.git`, 'update-server-info');
    return `${address}/${repository}.git`;
  }

  test.each<[string, string, string, () => string]>([
    ['a submodule of this machine', 'inner', 'inner', () => canary.root],
    ['a submodule by file:', 'inner', 'inner', () => `file://${canary.root}`],
    ['a submodule that is a command', 'inner', 'inner', () => `ext::sh -c touch% ${canary.root}/touched`],
    ['a submodule that is an option', 'inner', 'inner', () => `--upload-pack=touch ${canary.root}/touched`],
    ['a submodule whose name climbs', '../../hooks', 'inner', () => 'http://127.0.0.1:1/x.git'],
  ])('does not get out by %s', async (what, name, path, url) => {
    const remote = await serve(what.replaceAll(/\W/g, '-'), name, path, url());
    const { status, text } = await suite.http.post(`/build?remote=${encodeURIComponent(remote)}`);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(text).toMatch(/git submodule failed/);
    expect(text).not.toContain(canary.secret);
  });
});
