import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commitLayer, type GraphDriverUnderTest, inLayer, type LayerEntry, layerTar } from './test-layer.js';

/** Layer tars that were made to do harm: each fails or stays inside its layer, and a canary outside keeps its content, mode and owner. */
export function hostileTests(driver: () => GraphDriverUnderTest, dataRoot: () => string): void {
  describe('hostile layers', () => {
    let outside: string;
    let canary: string;

    beforeEach(async () => {
      outside = await mkdtemp(join(tmpdir(), 'slipway-canary-'));
      canary = join(outside, 'canary');
      await writeFile(canary, 'alive', { mode: 0o640 });
    });

    afterEach(async () => {
      expect(await readFile(canary, 'utf8')).toBe('alive');
      expect(await stat(canary)).toMatchObject({ mode: 0o100640, uid: 0, nlink: 1 });
      expect(await readdir(outside)).toEqual(['canary']);
      await rm(outside, { recursive: true });
    });

    const refused: Record<string, (canaryPath: string) => LayerEntry[]> = {
      'a name that climbs': () => [{ name: '../../x', content: 'x' }],
      'a name that climbs after a folder': () => [{ name: 'a/../../x', content: 'x' }],
      'a hardlink out of the layer': (path) => [{ name: 'x', type: 'link', linkname: path }],
      'a hardlink that climbs': (path) => [{ name: 'x', type: 'link', linkname: `../../../../../../..${path}` }],
      'a hardlink through a symlink': (path) => [
        { name: 's', type: 'symlink', linkname: join(path, '..') },
        { name: 'x', type: 'link', linkname: 's/canary' },
      ],
      'a hardlink to a folder': () => [
        { name: 'd/', type: 'directory' },
        { name: 'x', type: 'link', linkname: 'd' },
      ],
      'a folder that is a file': () => [
        { name: 'd', content: '' },
        { name: 'd/x', content: '' },
      ],
      'a whiteout of the folder above': () => [{ name: 'd/.wh...', content: '' }],
      'a whiteout of the folder itself': () => [{ name: 'd/.wh..', content: '' }],
      'a whiteout of nothing': () => [{ name: 'd/.wh.', content: '' }],
      'a root that is no folder': () => [{ name: './', type: 'symlink', linkname: '/' }],
      'a pax path that climbs': () => [{ name: 'x', content: '', pax: { path: '../../x' } }],
      'a pax path with a NUL': () => [{ name: 'x', content: '', pax: { path: 'x\0y' } }],
      'an impossible owner': () => [{ name: 'x', content: '', pax: { uid: '4294967295' } }],
      'an owner that does not fit': () => [{ name: 'x', content: '', pax: { uid: '4294967296' } }],
      'a size that is not there': () => [{ name: 'x', content: 'x', pax: { size: '999999' } }],
      'a name of over 255 bytes': () => [{ name: 'x'.repeat(300), content: '' }],
    };
    for (const [what, entries] of Object.entries(refused)) {
      it(`refuses ${what}`, async () => {
        const tar = await layerTar(entries(canary));
        const before = await driver().list();
        await expect(commitLayer(driver(), tar, 'hostile')).rejects.toThrow(/archive|too long/);
        expect(await driver().list()).toEqual(before);
        await driver().settled();
        expect((await readdir(dataRoot(), { recursive: true })).filter((name) => /diff/.test(name))).toEqual([]);
      });
    }

    const contained: Record<string, [(canaryPath: string) => LayerEntry[], string, string]> = {
      'an absolute name': [() => [{ name: '/etc/x', content: 'x' }], 'cat etc/x', 'x'],
      'a file through an absolute symlink': [
        (path) => [
          { name: 'd', type: 'symlink', linkname: join(path, '..') },
          { name: 'd/canary', content: 'dead' },
        ],
        'find . -name canary -exec cat {} ";"',
        '',
      ],
      'a file through a climbing symlink': [
        () => [
          { name: 'in/', type: 'directory' },
          { name: 'd', type: 'symlink', linkname: '../../../../in' },
          { name: 'd/x', content: 'x' },
        ],
        'cat in/x',
        'x',
      ],
      'a file in the place of a symlink': [
        (path) => [
          { name: 'x', type: 'symlink', linkname: path },
          { name: 'x', content: 'mine', mode: 0o777, uid: 9 },
        ],
        'cat x; stat -c %u x',
        'mine9\n',
      ],
      'a folder replaced by a symlink': [
        (path) => [
          { name: 'd/', type: 'directory' },
          { name: 'd/a', content: '' },
          { name: 'd', type: 'symlink', linkname: join(path, '..') },
        ],
        'readlink d | cut -c1-4',
        '/tmp\n',
      ],
      'a symlink replaced by a folder': [
        (path) => [
          { name: 'd', type: 'symlink', linkname: join(path, '..') },
          { name: 'd/', type: 'directory', mode: 0o700 },
          { name: 'd/x', content: 'x' },
        ],
        'cat d/x',
        'x',
      ],
      'the same name twice': [
        () => [
          { name: 'x', content: '1' },
          { name: './x', content: '2' },
        ],
        'cat x',
        '2',
      ],
      'a hardlink with an absolute target in the layer': [
        () => [
          { name: 'a', content: 'a' },
          { name: 'b', type: 'link', linkname: '/a' },
        ],
        'cat b; stat -c %h a',
        'a2\n',
      ],
      'a hardlink to itself': [
        () => [
          { name: 'a', content: 'a' },
          { name: './a', type: 'link', linkname: 'a' },
        ],
        'cat a',
        'a',
      ],
      'a device that is a whiteout in disguise': [
        () => [{ name: 'x', type: 'character-device', devmajor: 0, devminor: 0 }],
        'ls | wc -l',
        '0\n',
      ],
      'overlayfs xattrs': [
        () => [
          { name: 'd/', type: 'directory', pax: { 'SCHILY.xattr.trusted.overlay.opaque': 'y', 'SCHILY.xattr.user.overlay.opaque': 'y' } },
        ],
        'getfattr -dm- d 2>/dev/null || true',
        '',
      ],
      'files of aufs': [
        () => [
          { name: '.wh..wh.plnk/', type: 'directory' },
          { name: '.wh..wh.aufs', content: 'x' },
        ],
        'ls -A | wc -l',
        '0\n',
      ],
      'a whiteout after and before what it names': [
        () => [
          { name: 'a', content: 'a' },
          { name: '.wh.a', content: '' },
          { name: '.wh.b', content: '' },
          { name: 'b', content: 'b' },
        ],
        'cat a b',
        'ab',
      ],
    };
    for (const [what, [entries, script, output]] of Object.entries(contained)) {
      it(`contains ${what}`, async () => {
        const tar = await layerTar(entries(canary));
        let refusal: unknown;
        await commitLayer(driver(), tar, 'hostile').catch((error: unknown) => (refusal = error));
        // A symlink that leads nowhere in the layer is refused, one that leads somewhere is followed there.
        if (refusal) return expect(String(refusal)).toMatch(/leads through something that is no folder/);
        expect(await inLayer(driver(), 'hostile', script)).toBe(output);
      });
    }

    it('bears a hundred thousand opaque whiteouts', async () => {
      const entry = await layerTar([{ name: 'd/.wh..wh..opq', content: '' }]);
      const tar = Buffer.concat([...Array<Buffer>(100_000).fill(entry.subarray(0, 512)), Buffer.alloc(1024)]);
      await commitLayer(driver(), gzipSync(tar), 'opaque');
      expect(await inLayer(driver(), 'opaque', 'ls')).toBe('d\n');
    });

    it('refuses compressed streams that are damaged or followed by something', async () => {
      const blob = gzipSync(await layerTar([{ name: 'x', content: Buffer.alloc(100_000, 'abc') }]));
      const flipped = Buffer.from(blob);
      flipped[blob.length - 6]! ^= 1;
      for (const bad of [
        blob.subarray(0, -1),
        flipped,
        Buffer.concat([blob, Buffer.from('junk')]),
        Buffer.from('no tar at all'.repeat(99)),
      ]) {
        await expect(commitLayer(driver(), bad, 'hostile')).rejects.toMatchObject({ kind: 'InvalidParameter' });
      }
      expect(await driver().list()).toEqual([]);
    });
  });
}
