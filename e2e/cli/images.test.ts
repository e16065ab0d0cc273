import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { BUSYBOX, busybox, busyboxLayer } from '../fixtures/busybox.ts';
import { image, ociLayout, saved } from '../fixtures/image.ts';
import { useDaemon } from '../fixtures/suite.ts';
import { file, folder, hardlink, symlink, tar } from '../fixtures/tar.ts';

const suite = useDaemon();
const shell = (tag: string, script: string) => suite.docker.ok('run', '--rm', tag, 'sh', '-c', script);

describe('docker load', () => {
  test.each([
    ['plain', (archive: Buffer) => archive],
    ['gzip', (archive: Buffer) => gzipSync(archive)],
    ['zstd', (archive: Buffer) => zstdCompressSync(archive)],
  ])('takes a docker save archive, %s', async (compression, compress) => {
    const tag = `loaded:${compression}`;
    const archive = compress(await saved(await busybox({ config: { Cmd: ['echo', compression] } }), tag));
    expect(await suite.docker.feed(archive, 'load')).toContain(`Loaded image: ${tag}`);
    expect(await suite.docker.ok('run', '--rm', tag)).toBe(compression);
    await suite.docker.ok('rmi', tag);
  });

  test('takes an OCI layout', async () => {
    const archive = await ociLayout(await busybox({ config: { Cmd: ['echo', 'oci'] } }), 'docker.io/library/layout:1');
    await suite.docker.feed(archive, 'load');
    expect(await suite.docker.ok('run', '--rm', 'layout:1')).toBe('oci');
    await suite.docker.ok('rmi', 'layout:1');
  });
});

describe('layers', () => {
  test('whiteouts remove files, opaque folders remove what was in them, the rest stays', async () => {
    const lower = await tar([
      folder('kept'),
      file('kept/file', 'kept'),
      file('gone', 'gone'),
      folder('opaque'),
      file('opaque/old', 'old'),
      folder('tree'),
      file('tree/leaf', ''),
    ]);
    const upper = await tar([
      file('.wh.gone', ''),
      folder('opaque'),
      file('opaque/.wh..wh..opq', ''),
      file('opaque/new', 'new'),
      file('.wh.tree', ''),
    ]);
    await suite.daemon.load(await saved(image([await busyboxLayer(), lower, upper]), 'whiteouts:e2e'));
    expect(await shell('whiteouts:e2e', 'cat /kept/file; echo; ls /gone /tree 2>/dev/null; ls -A /opaque')).toBe('kept\nnew');
    await suite.docker.ok('rmi', 'whiteouts:e2e');
  });

  test('modes, owners, times, links, devices, long names and extended attributes are kept', async () => {
    const long = `${'d'.repeat(90)}/${'f'.repeat(120)}`;
    const layer = await tar([
      { name: 'setuid', mode: 0o4755, uid: 1, gid: 2, content: 'x', mtime: new Date('2001-02-03T04:05:06Z') },
      file('one', 'linked', 0o640),
      { ...hardlink('two', 'one'), mode: 0o640 },
      symlink('three', 'one'),
      { name: 'null', type: 'character-device', mode: 0o666, devmajor: 1, devminor: 3 },
      { name: 'fifo', type: 'fifo', mode: 0o600 },
      folder(long.split('/')[0]!),
      file(long, 'long'),
      { name: 'capable', content: 'x', pax: { 'SCHILY.xattr.user.note': 'ahoy' } },
    ]);
    await suite.daemon.load(await saved(image([await busyboxLayer(), layer]), 'kept:e2e'));
    expect(await shell('kept:e2e', 'stat -c "%a %u %g %Y" /setuid')).toBe('4755 1 2 981173106');
    expect(
      await shell('kept:e2e', 'stat -c "%h %a" /one /two; readlink /three; [ $(stat -c %i /one) = $(stat -c %i /two) ] && echo same'),
    ).toBe('2 640\n2 640\none\nsame');
    expect(await shell('kept:e2e', 'stat -c "%F %t %T" /null; stat -c %F /fifo')).toBe('character special file 1 3\nfifo');
    expect(await shell('kept:e2e', `cat /${long}`)).toBe('long');
    await suite.docker.ok('rmi', 'kept:e2e');
  });

  test('are shared by images and stay until the last of them goes', async () => {
    const base = await busyboxLayer();
    await suite.daemon.load(await saved(image([base, await tar([file('a', 'a')])]), 'share:a'));
    await suite.daemon.load(await saved(image([base, await tar([file('b', 'b')])]), 'share:b'));
    await suite.docker.ok('rmi', 'share:a');
    expect(await shell('share:b', 'cat /b; ls /a 2>&1 | grep -c "No such"')).toBe('b1');
    await suite.docker.ok('rmi', 'share:b');
    expect(await shell(BUSYBOX, 'echo still')).toBe('still');
  });
});

describe('docker images, tag and rmi', () => {
  test('lists, tags, untags and removes', async () => {
    await suite.docker.ok('tag', BUSYBOX, 'fleet/boat:1');
    const id = await suite.docker.ok('images', '-q', '--no-trunc', BUSYBOX);
    expect(id).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await suite.docker.ok('images', '--no-trunc', '--format', '{{.Repository}}:{{.Tag}} {{.ID}}', 'fleet/boat')).toBe(
      `fleet/boat:1 ${id}`,
    );
    expect(await suite.docker.ok('rmi', 'fleet/boat:1')).toBe('Untagged: fleet/boat:1');
    expect(await suite.docker.ok('images', '-q', 'fleet/boat')).toBe('');
  });

  test('inspect and history tell what the config says', async () => {
    const [inspected] = JSON.parse(await suite.docker.ok('image', 'inspect', BUSYBOX));
    expect(inspected).toMatchObject({ Os: 'linux', RepoTags: [BUSYBOX], Created: '2024-01-02T03:04:05Z', Config: { Cmd: ['sh'] } });
    expect(inspected.RootFS.Layers).toHaveLength(1);
    expect(inspected.Size).toBeGreaterThan(1_000_000);
    expect(await suite.docker.ok('history', '--format', '{{.CreatedBy}}', '--no-trunc', BUSYBOX)).toBe('layer 0');
  });

  test('an image in use is not removed, and says by whom', async () => {
    await suite.docker.ok('run', '-d', '--name', 'user', BUSYBOX, 'sleep', '600');
    const { code, stderr } = await suite.docker.run(['rmi', BUSYBOX]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/conflict/);
    expect(stderr).toContain((await suite.docker.inspect('user')).Id.slice(0, 12));
    await suite.docker.ok('rm', '-f', 'user');
  });

  test('an unknown image is named in the error', async () => {
    const { code, stderr } = await suite.docker.run(['rmi', 'no/such:image']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/No such image: no\/such:image/);
  });
});
