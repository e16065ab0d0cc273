import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { must } from '../fixtures/process.ts';
import { useDaemon } from '../fixtures/suite.ts';
import { file, folder, tar } from '../fixtures/tar.ts';

const suite = useDaemon();
const host = mkdtempSync(join(tmpdir(), 'slipway-e2e-copy-'));
const at = (...names: string[]) => join(host, ...names);

beforeAll(async () => {
  mkdirSync(at('tree/sub'), { recursive: true });
  writeFileSync(at('tree/sub/leaf'), 'leaf');
  symlinkSync('sub', at('tree/link'));
  writeFileSync(at('file'), 'from the host', { mode: 0o640 });
  mkdirSync(at('bound'));
  mkdirSync(at('locked'));
  const mounts = ['-v', 'cargo:/data', '-v', `${at('bound')}:/data/bound`, '-v', `${at('locked')}:/locked:ro`];
  const script = 'mkdir /deep; echo deep > /deep/file; ln -s /deep /abs; ln -s ../../../deep /up; exec sleep 3600';
  await suite.docker.ok('run', '-d', '--name', 'going', ...mounts, BUSYBOX, 'sh', '-c', script);
  await suite.docker.ok('run', '--name', 'ended', ...mounts, BUSYBOX, 'sh', '-c', script.replace('exec sleep 3600', ''));
});

afterAll(() => rmSync(host, { recursive: true }));

/** A copy that must fail; resolves to what was said. */
async function refused(...args: string[]): Promise<string> {
  const { code, stderr } = await suite.docker.run(['cp', ...args]);
  expect(code).toBe(1);
  return stderr.trim();
}

describe.each(['going', 'ended'])('docker cp with a container that is %s', (box) => {
  test('carries a file in and out, with its mode and owner', async () => {
    await suite.docker.ok('cp', at('file'), `${box}:/tmp/carried`);
    await suite.docker.ok('cp', `${box}:/tmp/carried`, at(`back-${box}`));
    expect(readFileSync(at(`back-${box}`), 'utf8')).toBe('from the host');
    const listing = (
      await must('sh', ['-c', `"$0" cp ${box}:/tmp/carried - | tar -tv --numeric-owner`, suite.docker.binary], suite.docker)
    ).trim();
    expect(listing).toMatch(/^-rw-r----- 0\/0 +13 .* carried$/);
  });

  test('carries a folder with its links as links', async () => {
    await suite.docker.ok('cp', at('tree'), `${box}:/tmp`);
    await suite.docker.ok('cp', `${box}:/tmp/tree/.`, at(`tree-${box}`));
    expect(readdirSync(at(`tree-${box}`), { recursive: true }).toSorted()).toEqual(['link', 'link/leaf', 'sub', 'sub/leaf']);
    expect(readlinkSync(at(`tree-${box}/link`))).toBe('sub');
  });

  test('follows links on the way and, with -L, at the end', async () => {
    await suite.docker.ok('cp', `${box}:/up/file`, at(`up-${box}`));
    expect(readFileSync(at(`up-${box}`), 'utf8')).toBe('deep\n');
    await suite.docker.ok('cp', `${box}:/abs`, at(`abs-${box}`));
    expect(readlinkSync(at(`abs-${box}`))).toBe('/deep');
    await suite.docker.ok('cp', '-L', `${box}:/abs`, at(`followed-${box}`));
    expect(readFileSync(at(`followed-${box}/file`), 'utf8')).toBe('deep\n');
    await suite.docker.ok('cp', at('file'), `${box}:/abs/into`);
    await suite.docker.ok('cp', `${box}:/deep/into`, at(`into-${box}`));
  });

  test('reaches volumes and folders of the host, one inside the other', async () => {
    await suite.docker.ok('cp', at('file'), `${box}:/data/in-volume-${box}`);
    await suite.docker.ok('cp', at('file'), `${box}:/data/bound/in-bind-${box}`);
    expect(readFileSync(at('bound', `in-bind-${box}`), 'utf8')).toBe('from the host');
    await suite.docker.ok('cp', `${box}:/data`, at(`data-${box}`));
    expect(readdirSync(at(`data-${box}`))).toEqual(expect.arrayContaining(['bound', `in-volume-${box}`]));
    expect(readdirSync(at(`data-${box}`, 'bound'))).toContain(`in-bind-${box}`);
  });

  test('takes an archive on standard input', async () => {
    await suite.docker.feed(await tar([file('piped', 'through')]), 'cp', '-', `${box}:/tmp`);
    await suite.docker.ok('cp', `${box}:/tmp/piped`, at(`piped-${box}`));
    expect(readFileSync(at(`piped-${box}`), 'utf8')).toBe('through');
  });

  test('says what is not there, what is no folder and what cannot be written to', async () => {
    expect(await refused(`${box}:/no/such`, at('x'))).toContain(`Could not find the file /no/such in container ${box}`);
    expect(await refused(at('file'), `${box}:/no/such/place`)).toContain(`Could not find the file /no/such in container ${box}`);
    expect(await refused(at('file'), `${box}:/etc/passwd/x`)).toMatch(/extraction point is not a directory|not a directory/i);
    expect(await refused(at('file'), `${box}:/locked/x`)).toContain('mounted volume is marked read-only');
    expect(readdirSync(at('locked'))).toEqual([]);
    expect(await refused(at('tree'), `${box}:/etc/passwd`)).toMatch(/cannot (copy directory|overwrite)/i);
  });

  test('a folder takes the place of a file, or the other way round, only where that is allowed', async () => {
    const put = (path: string, query: string, body: Buffer) =>
      suite.http.ask('PUT', `/containers/${box}/archive?path=${path}${query}`, { body, headers: { 'content-type': 'application/x-tar' } });
    await put('/tmp', '', await tar([folder('kept'), file('plain', '')]));
    const [overFolder, overFile] = [await tar([file('kept', '')]), await tar([folder('plain')])];
    for (const [body, said] of [
      [overFolder, /cannot overwrite directory/],
      [overFile, /cannot overwrite non-directory/],
    ] as const) {
      const answer = await put('/tmp', '&noOverwriteDirNonDir=true', body);
      expect(answer).toMatchObject({ status: 400, json: { message: expect.stringMatching(said) } });
      expect((await put('/tmp', '', body)).status).toBe(200);
    }
  });

  test('HEAD describes a path', async () => {
    const { status, headers } = await suite.http.ask('HEAD', `/containers/${box}/archive?path=/abs`);
    expect(status).toBe(200);
    const stat = JSON.parse(Buffer.from(headers['x-docker-container-path-stat'] as string, 'base64').toString());
    expect(stat).toMatchObject({ name: 'abs', linkTarget: '/deep', size: 5, mode: 0o777 + 2 ** 27 });
    expect(Date.parse(stat.mtime)).toBeGreaterThan(Date.parse('2020-01-01'));
    expect((await suite.http.ask('HEAD', `/containers/${box}/archive?path=/none`)).status).toBe(404);
  });
});

describe.each(['gzip', 'bzip2', 'xz', 'zstd'])('an archive compressed with %s', (program) => {
  const compressed = (name: string) => {
    const path = at(`${name}-${program}.tar`);
    return must('tar', ['-C', at('tree'), `--use-compress-program=${program}`, '-cf', path, '.']).then(() => readFileSync(path));
  };

  test('is unpacked in a container and imported', async () => {
    const body = await compressed('whole');
    await suite.docker.ok('create', '--name', program, BUSYBOX);
    await suite.docker.feed(body, 'cp', '-', `${program}:/tmp`);
    await suite.docker.ok('cp', `${program}:/tmp/sub/leaf`, at(`leaf-${program}`));
    expect(readFileSync(at(`leaf-${program}`), 'utf8')).toBe('leaf');
    await suite.docker.feed(body, 'import', '-', `imported:${program}`);
  });

  test('is refused when it is cut short', async () => {
    const body = await compressed('short');
    const path = `/containers/${program}/archive?path=/tmp`;
    const answer = await suite.http.ask('PUT', path, {
      body: body.subarray(0, body.length - 20),
      headers: { 'content-type': 'application/x-tar' },
    });
    expect(answer).toMatchObject({ status: 400, json: { message: expect.stringMatching(/short|damaged/) } });
  });
});

describe('what copying leaves alone', () => {
  test('a read-only root, also while it does not run', async () => {
    await suite.docker.ok('create', '--name', 'sealed', '--read-only', '-v', '/open', BUSYBOX);
    expect(await refused(at('file'), 'sealed:/etc/x')).toContain('container rootfs is marked read-only');
    await suite.docker.ok('cp', at('file'), 'sealed:/open/x');
    await suite.docker.ok('cp', 'sealed:/open/x', at('from-sealed'));
  });

  test("the host's mounts and the daemon's descriptors", async () => {
    const descriptors = () => readdirSync(`/proc/${suite.daemon.pid}/fd`).map((fd) => linkOf(`/proc/${suite.daemon.pid}/fd/${fd}`));
    const held = () => descriptors().filter((target) => target.startsWith('mnt:') || target === '/').length;
    // Other tests mount and unmount meanwhile.
    const mounts = () =>
      readFileSync('/proc/self/mountinfo', 'utf8')
        .split('\n')
        .filter((line) => line.includes(suite.daemon.root));
    const [before, mountsBefore] = [held(), mounts()];
    for (let round = 0; round < 5; round++) await suite.docker.ok('cp', `ended:/data`, at(`again-${round}`));
    expect(mounts()).toEqual(mountsBefore);
    // What an earlier test has left open may be closed by now.
    await expect.poll(held).toBeLessThanOrEqual(before);
  });

  test('the owner, but with -a that of the container', async () => {
    await suite.docker.ok('create', '--name', 'owned', '-u', 'nobody', BUSYBOX, 'stat', '-c', '%u:%g %n', '/tmp/with', '/tmp/without');
    await suite.docker.ok('cp', '-a', at('file'), 'owned:/tmp/with');
    await suite.docker.ok('cp', at('file'), 'owned:/tmp/without');
    expect(await suite.docker.ok('start', '-a', 'owned')).toBe('65534:65534 /tmp/with\n0:0 /tmp/without');
  });

  test('a container that was read from starts afterwards', async () => {
    await suite.docker.ok('create', '--name', 'later', BUSYBOX, 'cat', '/tmp/note');
    await suite.docker.ok('cp', at('file'), 'later:/tmp/note');
    expect(await suite.docker.ok('start', '-a', 'later')).toBe('from the host');
  });
});

describe('docker diff and export', () => {
  test('diff tells what the container did, not what was made to run it', async () => {
    await suite.docker.ok('run', '--name', 'changer', BUSYBOX, 'sh', '-c', 'echo > /etc/own; rm /etc/group; mkdir /made');
    expect((await suite.docker.ok('diff', 'changer')).split('\n')).toEqual(['C /etc', 'D /etc/group', 'A /etc/own', 'A /made']);
    await suite.docker.ok('run', '--name', 'idler', BUSYBOX, 'true');
    expect(await suite.docker.ok('diff', 'idler')).toBe('');
  });

  test.each(['going', 'ended'])('export of a container that is %s has its files and none of its volumes', async (box) => {
    await suite.docker.ok('cp', at('file'), `${box}:/data/not-exported`);
    await suite.docker.ok('export', '-o', at(`export-${box}.tar`), box);
    const names = (await must('tar', ['-tf', at(`export-${box}.tar`)])).split('\n');
    expect(names).toEqual(expect.arrayContaining(['bin/busybox', 'deep/file', 'data/', 'proc/']));
    expect(names.filter((name) => /^(data|proc|sys)\/./.test(name))).toEqual([]);
  });
});

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
