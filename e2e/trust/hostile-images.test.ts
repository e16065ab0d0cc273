import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { attempt } from '../fixtures/attempt.ts';
import { BUSYBOX, busyboxLayer } from '../fixtures/busybox.ts';
import { Canary } from '../fixtures/canary.ts';
import { image, type ImageOptions, saved } from '../fixtures/image.ts';
import { useDaemon } from '../fixtures/suite.ts';
import { type Entry, file, folder, symlink, tar } from '../fixtures/tar.ts';

const suite = useDaemon();
const canary = new Canary();
const UP = '../'.repeat(20);
const climb = (path: string) => `${UP}${path.slice(1)}`;

let base: Buffer;
beforeAll(async () => void (base = await busyboxLayer()));
afterEach(() => expect(canary.harm).toBe(''));
afterAll(() => canary.remove());

const put = (archive: Buffer) => suite.http.post('/images/load?quiet=1', archive, { headers: { 'content-type': 'application/x-tar' } });

/** Loads busybox with these entries on top; resolves to its name. */
async function load(entries: readonly Entry[], config: ImageOptions['config'] = {}): Promise<string> {
  const without = entries.filter(({ name }) => ['dev', 'proc', 'sys', 'etc'].includes(name)).map(({ name }) => file(`.wh.${name}`, ''));
  const layers = [base, ...(without.length > 0 ? [await tar(without)] : []), await tar(entries)];
  await put(await saved(image(layers, { config }), 'hostile:trust'));
  return 'hostile:trust';
}

const run = async (body: Readonly<Record<string, unknown>>) => attempt(suite.http, { Cmd: ['true'], ...body });

describe('links of the image where the runtime makes files', () => {
  test.each<[string, () => Entry[], Record<string, unknown>]>([
    ['/dev to the host', () => [symlink('dev', canary.root)], {}],
    ['/dev to ../..', () => [symlink('dev', climb(canary.root))], {}],
    ['/proc to the host', () => [symlink('proc', canary.root)], {}],
    ['/sys to ../..', () => [symlink('sys', climb(canary.root))], {}],
    ['/dev/null to a file of the host', () => [symlink('dev/null', canary.file)], { OpenStdin: true }],
    ['/dev/console to a file of the host', () => [symlink('dev/console', canary.file)], { Tty: true }],
    ['/dev/pts and /dev/shm to the host', () => [symlink('dev/pts', canary.root), symlink('dev/shm', canary.root)], { Tty: true }],
    ['/etc to the host', () => [symlink('etc', canary.root)], {}],
    ['/etc to ../..', () => [symlink('etc', climb(canary.root))], {}],
    [
      'the files of /etc to the host',
      () => ['hosts', 'hostname', 'resolv.conf', 'mtab'].map((name) => symlink(`etc/${name}`, `${canary.root}/${name}`)),
      {},
    ],
    [
      'the files of /etc to one of the host',
      () => ['hosts', 'hostname', 'resolv.conf'].map((name) => symlink(`etc/${name}`, canary.file)),
      {},
    ],
  ])('%s', async (_, entries, more) => {
    const Image = await load(entries());
    const result = await run({ Image, Cmd: ['sh', '-c', 'ls -l /dev; cat /dev/null /etc/hosts /etc/hostname'], ...more });
    expect(result.output).not.toContain(canary.secret);
  });

  test.each([
    ['a link to the host', () => [symlink('work', canary.root)], '/work/made'],
    ['a link to ../..', () => [symlink('work', climb(canary.root))], '/work/made/deep'],
    ['links of links', () => [symlink('work', 'next'), symlink('next', `/proc/1/root${climb(canary.root)}`)], '/work/made'],
  ])('a working folder below %s', async (_, entries, WorkingDir) => {
    const Image = await load(entries(), { WorkingDir });
    await run({ Image, Cmd: ['sh', '-c', 'pwd; touch here'] });
  });

  test('a volume below a link stays in the container, and its content is copied from there', async () => {
    const Image = await load([symlink('data', canary.root)], { Volumes: { '/data/folder': {} } });
    const { output } = await run({ Image, Cmd: ['sh', '-c', 'ls -R /data; echo x > /data/folder/new'] });
    expect(output).not.toContain(canary.secret);
  });
});

describe('what the image says of itself', () => {
  test.each(['/proc', '/proc/self', '/proc/self/attr', '/'])('a volume at %s is refused', async (path) => {
    const Image = await load([file('x', 'x')], { Volumes: { [path]: {} } });
    const { refused, message } = await run({ Image });
    expect({ refused: refused !== undefined, message }).toEqual({
      refused: true,
      message: expect.stringMatching(/proc|\/|mount|destination/i),
    });
  });

  test.each(Array.from({ length: 12 }, (_, index) => index))(
    'the working folder /proc/self/fd/%i leads nowhere outside',
    async (descriptor) => {
      const { refused, output } = await run({ Image: BUSYBOX, WorkingDir: `/proc/self/fd/${descriptor}`, Cmd: ['sh', '-c', 'pwd; ls ..'] });
      if (!refused) expect(output.split('\n')[0]).toMatch(/^\//);
      expect(output).not.toMatch(/unreachable|slipway/);
    },
  );

  test('a program that is its own interpreter reaches no program of the host', async () => {
    const Image = await load([file('trap', '#!/proc/self/exe\n', 0o755)], { Entrypoint: ['/trap'] });
    await run({ Image, Cmd: [] });
    const script = 'for exe in /proc/self/exe /proc/1/exe; do (echo x > $exe) 2>&1; readlink $exe; done; ls -l /proc/1/fd | wc -l';
    const { output } = await run({ Image: BUSYBOX, Cmd: ['sh', '-c', script] });
    expect(output).not.toMatch(/slipway|memfd/);
  });

  test('labels configure nothing of the daemon', async () => {
    const labels = { 'containerd.io/log': 'binary:///bin/sh', 'io.slipway.log-driver': 'syslog', 'org.opencontainers.runtime': '/bin/sh' };
    const Image = await load([file('x', 'x')], { Labels: labels });
    const { Id } = (await suite.http.post('/containers/create', { Image })).json;
    const { HostConfig } = (await suite.http.get(`/containers/${Id}/json`)).json;
    expect({ log: HostConfig.LogConfig.Type, privileged: HostConfig.Privileged ?? false }).toEqual({ log: 'json-file', privileged: false });
    await suite.http.delete(`/containers/${Id}`);
  });
});

describe('the users of the image', () => {
  const passwd = 'root:x:0:0::/:/bin/sh\n1000:x:0:0::/:/bin/sh\nevil:x:0x0:0::/:/bin/sh\nwrap:x:4294967296:0::/:/bin/sh\n';
  test.each(['1000', '2147483648', '4294967295', '4294967296', '-1', '18446744073709551616', 'wrap', '1000:4294967296', '0x0', ' 0'])(
    'User %s is never root',
    async (User) => {
      const Image = await load([file('etc/passwd', passwd), file('etc/group', 'root:x:0:\n1000:x:0:\n')]);
      const { refused, output } = await run({ Image, User, Cmd: ['id', '-u'] });
      if (!refused) expect(output.trim()).not.toBe('0');
    },
  );

  test.each<[string, () => Entry[]]>([
    ['a link to one of the host', () => [symlink('etc/passwd', '/proc/1/root/etc/shadow'), symlink('etc/group', canary.file)]],
    ['links in a circle', () => [symlink('etc/passwd', 'group'), symlink('etc/group', 'passwd')]],
    [
      'a pipe nobody writes to',
      () => [
        { name: 'etc/passwd', type: 'fifo' },
        { name: 'etc/group', type: 'fifo' },
      ],
    ],
    ['a device', () => [{ name: 'etc/passwd', type: 'character-device', devmajor: 1, devminor: 5 }]],
    ['a folder', () => [file('etc/.wh.passwd', ''), folder('etc/passwd')]],
  ])('/etc/passwd that is %s holds nobody up', async (_, entries) => {
    const Image = await load(entries());
    const { refused } = await run({ Image, User: 'ghost', Cmd: ['id'] });
    expect(refused).toBeDefined();
  });

  test('/etc/passwd and /etc/group of two gigabytes cost the daemon nothing', async () => {
    await suite.docker.ok('run', '-d', '--name', 'large', BUSYBOX, 'sh', '-c', 'truncate -s 2G /etc/group /etc/passwd; exec sleep 600');
    const resident = () => Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${suite.daemon.pid}/status`, 'utf8'))?.[1]) / 1024;
    const before = resident();
    expect((await suite.docker.run(['exec', '-u', 'ghost', 'large', 'id'])).code).not.toBe(0);
    expect(resident()).toBeLessThan(before + 100);
    await suite.docker.ok('rm', '-f', 'large');
  });
});

describe('archives that name what no archive should', () => {
  test.each<[string, () => Entry[]]>([
    ['whiteouts of . and ..', () => [file('.wh..', ''), file('.wh...', ''), file('a/.wh..', ''), file('.wh.', '')]],
    ['a whiteout below a link', () => [symlink('exit', canary.root), file('exit/.wh.file', ''), file('exit/.wh..wh..opq', '')]],
    [
      "overlayfs' own attributes",
      () => [{ ...folder('d'), pax: { 'SCHILY.xattr.trusted.overlay.redirect': canary.root, 'SCHILY.xattr.trusted.overlay.opaque': 'y' } }],
    ],
    ['a character device 0:0', () => [{ name: 'bin/sh', type: 'character-device', devmajor: 0, devminor: 0 }]],
    ['a path with NUL and line ends', () => [file('a\nb', 'x'), { ...file('c', 'x'), pax: { path: `${climb(canary.root)}/pax` } }]],
    ['a link path of pax to outside', () => [{ name: 'l', type: 'link', linkname: 'x', pax: { linkpath: climb(canary.file) } }]],
    ['the same name twice, link first', () => [symlink('twice', canary.file), file('twice', 'over')]],
    ['a folder replaced by a link', () => [folder('swap'), symlink('swap', canary.root), file('swap/new', 'out')]],
  ])('%s', async (_, entries) => {
    const layers = [base, await tar(entries())];
    await put(await saved(image(layers), 'hostile:trust'));
    const { output } = await run({ Image: 'hostile:trust', Cmd: ['sh', '-c', 'cat /l /twice; getfattr -m - -d /d; ls /d'] });
    expect(output).not.toContain(canary.secret);
  });

  test.each([
    ['the config', [{ Config: '../../../../etc/passwd', RepoTags: ['evil:1'], Layers: [] }]],
    ['a layer', [{ Config: 'c.json', RepoTags: ['evil:1'], Layers: ['/etc/passwd', '../../x'] }]],
    ['a tag', [{ Config: 'c.json', RepoTags: ['../../evil:1', 'evil:../x'], Layers: [] }]],
  ])('a manifest whose path of %s climbs is refused', async (_, manifest) => {
    const config = JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [] } });
    const archive = await tar([file('c.json', config), file('manifest.json', JSON.stringify(manifest)), symlink('link', '/etc/passwd')]);
    const { code } = await suite.docker.run(['load'], { stdin: archive });
    expect(code).not.toBe(0);
  });
});
