import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, readdir, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { extract, pack, type Header } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archive } from './index.js';

/** Paths of a rootfs, as `docker cp` uses them. Needs root. */
describe('archive: paths in a rootfs', () => {
  let outside: string;
  let root: string;

  beforeEach(async () => {
    outside = await mkdtemp(join(tmpdir(), 'slipway-rootfs-'));
    root = join(outside, 'root');
    await mkdir(join(root, 'data/deep'), { recursive: true });
    await writeFile(join(root, 'data/file'), 'inside', { mode: 0o4755 });
    await writeFile(join(outside, 'secret'), 'outside');
    await symlink(outside, join(root, 'escape'));
    await symlink('/data', join(root, 'data/deep/up'));
    await symlink('../../../../../data/file', join(root, 'link'));
    await symlink('/nowhere', join(root, 'dangling'));
  });

  afterEach(async () => {
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('outside');
    expect((await readdir(outside)).sort()).toEqual(['root', 'secret']);
    await rm(outside, { recursive: true });
  });

  const tarOf = async (entries: (Partial<Header> & { name: string; content?: string })[]): Promise<Buffer> => {
    const tar = pack();
    for (const { content, ...header } of entries) tar.entry(header as Header, content ?? '');
    tar.finalize();
    return buffer(tar);
  };

  const unpack = async (tar: Buffer, path: string, options?: Parameters<typeof archive.unpackInto>[2]): Promise<void> => {
    const writer = archive.unpackInto(root, path, options);
    await writer.write(tar);
    await writer.end();
  };

  const names = async (path: string, name: string): Promise<Record<string, string>> => {
    const reader = archive.pack(root, path, name);
    const chunks: Buffer[] = [];
    for (let chunk = await reader.read(); chunk; chunk = await reader.read()) chunks.push(chunk);
    const found: Record<string, string> = {};
    for await (const entry of Readable.from(chunks).pipe(extract())) {
      const { name: entryName, type, linkname } = entry.header;
      const content = await buffer(entry);
      found[entryName] = `${type} ${linkname ?? content.toString()}`;
    }
    return found;
  };

  it('tells what a path is, as Go does', async () => {
    expect(await archive.stat(root, '/data/file')).toMatchObject({ name: 'file', size: 6, mode: 0o755 + 2 ** 23, linkTarget: '' });
    expect(await archive.stat(root, '/data/deep/up/file')).toMatchObject({ name: 'file', size: 6 });
    expect(await archive.stat(root, '/link')).toMatchObject({ name: 'link', linkTarget: '/data/file', mode: 0o777 + 2 ** 27 });
    expect(await archive.stat(root, '/dangling')).toMatchObject({ linkTarget: '/nowhere' });
    expect(await archive.stat(root, '/')).toMatchObject({ name: '/', mode: 0o755 + 2 ** 31 });
    expect(await archive.stat(root, '/../../..')).toMatchObject({ mode: 0o755 + 2 ** 31 });
  });

  it('never looks outside', async () => {
    for (const path of ['/escape/secret', '/escape/', '/../secret', '/data/../../secret', '/missing', '/data/file/x']) {
      await expect(archive.stat(root, path), path).rejects.toMatchObject({ code: expect.stringMatching(/ENOENT|ENOTDIR/) });
      await expect(archive.pack(root, path, 'x').read(), path).rejects.toMatchObject({ code: expect.stringMatching(/ENOENT|ENOTDIR/) });
    }
  });

  it('packs files, links as such, and folders under their name', async () => {
    expect(await names('/link', 'link')).toEqual({ link: 'symlink ../../../../../data/file' });
    expect(await names('/data/deep/up/', 'renamed')).toEqual({
      'renamed/': 'directory ',
      'renamed/deep/': 'directory ',
      'renamed/deep/up': 'symlink /data',
      'renamed/file': 'file inside',
    });
  });

  it('unpacks through symlinks, but only inside', async () => {
    await unpack(
      gzipSync(
        await tarOf([
          { name: 'up/new', content: 'x', uid: 4 },
          { name: '.wh.kept', content: '' },
        ]),
      ),
      '/data/deep',
      { owner: { uid: 7, gid: 8 } },
    );
    expect(await readFile(join(root, 'data/new'), 'utf8')).toBe('x');
    expect(await stat(join(root, 'data/new'))).toMatchObject({ uid: 7, gid: 8 });
    expect(await readdir(join(root, 'data/deep'))).toEqual(['.wh.kept', 'up']);
    await expect(unpack(await tarOf([{ name: 'escape/secret', content: 'x' }]), '/')).rejects.toMatchObject({ code: 'EBADMSG' });
    await expect(unpack(await tarOf([{ name: '../secret', content: 'x' }]), '/data')).rejects.toMatchObject({ code: 'EBADMSG' });
    await expect(unpack(await tarOf([]), '/escape')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(unpack(await tarOf([{ name: 'file/', type: 'directory' }]), '/data', { keepKinds: true })).rejects.toMatchObject({
      code: 'ENOTDIR',
    });
    await expect(unpack(await tarOf([{ name: 'deep', content: 'x' }]), '/data', { keepKinds: true })).rejects.toMatchObject({
      code: 'EISDIR',
    });
  });

  it('makes, moves and deletes what a path names, following its last part never, and only inside', async () => {
    await archive.makeFolder(root, '/data/deep/up/made');
    expect(await stat(join(root, 'data/made'))).toMatchObject({ mode: 0o40755, uid: 0, gid: 0 });
    await expect(archive.makeFolder(root, '/data/made')).rejects.toMatchObject({ code: 'EEXIST' });
    await archive.movePath(root, '/data/file', '/data/made/moved');
    expect(await readFile(join(root, 'data/made/moved'), 'utf8')).toBe('inside');
    await expect(archive.movePath(root, '/data/made', '/data/deep')).rejects.toMatchObject({ code: 'EEXIST' });
    await archive.removePath(root, '/escape');
    await archive.removePath(root, '/data/made');
    expect(await readdir(join(root, 'data'))).not.toContain('made');
    for (const path of ['/', '/data/..', '/data/.']) {
      await expect(archive.removePath(root, path), path).rejects.toMatchObject({ code: 'EINVAL' });
    }
  });

  it('makes, moves and deletes nothing through a link that leads out', async () => {
    await expect(archive.makeFolder(root, '/escape/made')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(archive.removePath(root, '/escape/secret')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(archive.movePath(root, '/data/file', '/escape/moved')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(archive.removePath(root, '/../secret')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('neither moves nor deletes what something is mounted in', async () => {
    const place = join(root, 'data/deep/volume');
    await archive.makeFolder(root, '/data/deep/volume');
    await mkdir(join(root, 'store'));
    await writeFile(join(root, 'store/kept'), '');
    // A bind of the same file system: only the mount tells them apart.
    execFileSync('mount', ['--bind', join(root, 'store'), place]);
    try {
      for (const path of ['/data', '/data/deep', '/data/deep/volume']) {
        await expect(archive.removePath(root, path), path).rejects.toMatchObject({ code: 'EBUSY' });
        await expect(archive.movePath(root, path, '/elsewhere'), path).rejects.toMatchObject({ code: 'EBUSY' });
      }
      expect(await readFile(join(root, 'data/file'), 'utf8')).toBe('inside');
      expect(await readdir(place)).toEqual(['kept']);
      await archive.removePath(root, '/data/deep/volume/kept');
      expect(await readdir(join(root, 'store'))).toEqual([]);
    } finally {
      execFileSync('umount', [place]);
    }
  });

  it('lists, reads and tells archives, through symlinks to their end, but only inside', async () => {
    const bytes = async (path: string) => {
      const reader = archive.readFile(root, path);
      const chunks: Buffer[] = [];
      for (let chunk = await reader.read(); chunk; chunk = await reader.read()) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    };
    expect(await archive.listNames(root, '/data/deep/up')).toEqual(await archive.listNames(root, '/data'));
    expect(await bytes('/link')).toBe('inside');
    await writeFile(join(root, 'data/packed'), gzipSync(await tarOf([{ name: 'a', content: 'b' }])));
    await writeFile(join(root, 'data/squeezed'), gzipSync('no tar'));
    expect(await Promise.all(['packed', 'squeezed', 'file'].map((name) => archive.isTar(root, `/data/${name}`)))).toEqual([
      true,
      false,
      false,
    ]);
    for (const path of ['/escape', '/missing']) {
      await expect(archive.listNames(root, path), path).rejects.toMatchObject({ code: 'ENOENT' });
      await expect(archive.digestTree(root, path), path).rejects.toMatchObject({ code: 'ENOENT' });
    }
    await expect(bytes('/data')).rejects.toMatchObject({ code: 'EINVAL' });
    execFileSync('mkfifo', [join(root, 'data/fifo')]);
    await expect(bytes('/data/fifo')).rejects.toMatchObject({ code: 'EINVAL' });
  });

  it('digests what is copied of a tree: not its times and owners, but all else', async () => {
    const digest = () => archive.digestTree(root, '/data');
    const before = await digest();
    expect(before).toMatch(/^sha256:[0-9a-f]{64}$/);
    await utimes(join(root, 'data/file'), 1, 1);
    await chown(join(root, 'data/file'), 5, 5);
    await chmod(join(root, 'data/file'), 0o4755);
    expect(await digest()).toBe(before);
    const seen = new Set([before]);
    const changes = [
      () => chmod(join(root, 'data/file'), 0o600),
      () => writeFile(join(root, 'data/file'), 'insidE'),
      () => rename(join(root, 'data/file'), join(root, 'data/other')),
      () => symlink('other', join(root, 'data/added')),
    ];
    for (const change of changes) {
      await change();
      const after = await digest();
      expect(seen.has(after)).toBe(false);
      seen.add(after);
    }
    expect(await archive.digestTree(root, '/data/added')).toBe(await archive.digestTree(root, '/data/other'));
  });

  it('gives what it unpacks another mode where that is asked for', async () => {
    await unpack(await tarOf([{ name: 'moded', content: 'x', mode: 0o644 }]), '/data', { mode: 0o4750 });
    expect((await stat(join(root, 'data/moded'))).mode & 0o7777).toBe(0o4750);
  });
});
