import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../state/database.js';
import { commitLayer, type GraphDriverUnderTest, inLayer, type LayerEntry, layerTar, sha256 } from './test-layer.js';
import { archiveTests } from './testsuite-archive.js';
import { hostileTests } from './testsuite-hostile.js';

/** EXT4_SUPER_MAGIC of statfs(2). */
const EXT4 = 0xef53;

/** What every GraphDriver keeps to. Needs root. `make` opens the driver as the daemon does, again on the same root after a crash. */
export function graphDriverContract(name: string, make: (dataRoot: string, database: Database) => GraphDriverUnderTest): void {
  describe(`graphdriver ${name}`, () => {
    let dataRoot: string;
    let database: Database;
    let driver: GraphDriverUnderTest;

    const restart = async () => {
      database.close();
      database = new Database(dataRoot);
      driver = make(dataRoot, database);
      await driver.recover();
      await driver.settled();
    };
    const commit = async (entries: readonly LayerEntry[], id: string, parent?: string) =>
      commitLayer(driver, await layerTar(entries), id, parent);

    beforeEach(async () => {
      dataRoot = await mkdtemp(join(tmpdir(), 'slipway-graph-'));
      database = new Database(dataRoot);
      driver = make(dataRoot, database);
      await driver.recover();
    });

    afterEach(async () => {
      await driver.settled();
      database.close();
      await rm(dataRoot, { recursive: true });
    });

    it('tells digests and sizes of a layer, plain and compressed', async () => {
      const tar = await layerTar([
        { name: 'etc/', type: 'directory' },
        { name: 'etc/hostname', content: 'box\n' },
      ]);
      const blobs = {
        plain: tar,
        gzip: gzipSync(tar),
        members: Buffer.concat([gzipSync(tar.subarray(0, 700)), gzipSync(tar.subarray(700))]),
        zstd: zstdCompressSync(tar),
      };
      for (const [id, blob] of Object.entries(blobs)) {
        const unpacked = await commitLayer(driver, blob, id, undefined, 100);
        expect(unpacked).toMatchObject({ digest: sha256(blob), compressedSize: blob.length, diffId: sha256(tar), size: 4 });
        expect(await inLayer(driver, id, 'cat etc/hostname')).toBe('box\n');
      }
    });

    it('stacks layers: later ones hide, replace and add', async () => {
      await commit(
        [
          { name: 'kept', content: 'kept' },
          { name: 'gone', content: 'gone' },
          { name: 'changed', content: 'old' },
          { name: 'full/', type: 'directory' },
          { name: 'full/one', content: '1' },
        ],
        'base',
      );
      await commit(
        [
          { name: '.wh.gone', content: '' },
          { name: 'changed', content: 'new' },
          { name: 'full/', type: 'directory' },
          { name: 'full/.wh..wh..opq', content: '' },
          { name: 'full/two', content: '2' },
        ],
        'top',
        'base',
      );
      expect(await inLayer(driver, 'top', 'find . -type f | sort; cat changed')).toBe('./changed\n./full/two\n./kept\nnew');
      expect(await inLayer(driver, 'base', 'find . -type f | sort')).toBe('./changed\n./full/one\n./gone\n./kept\n');
    });

    it('keeps kinds, modes, owners, times, links, devices and xattrs', async () => {
      await commit(
        [
          { name: 'bin/', type: 'directory', mode: 0o1777, uid: 7, gid: 8 },
          { name: 'bin/su', mode: 0o4755, content: 'x', pax: { 'SCHILY.xattr.user.note': 'hello' } },
          { name: 'bin/again', type: 'link', linkname: '/bin/su' },
          { name: 'bin/sh', type: 'symlink', linkname: '../../../bin/su', uid: 5 },
          { name: 'pipe', type: 'fifo', mode: 0o600 },
          { name: 'null', type: 'character-device', devmajor: 1, devminor: 3, mode: 0o666 },
        ],
        'base',
      );
      expect(
        await inLayer(
          driver,
          'base',
          "stat -c '%n %A %u:%g %h %Y %t:%T' bin bin/su bin/sh pipe null; readlink bin/sh; getfattr --only-values -n user.note bin/again || true",
        ),
      ).toMatch(
        /^bin drwxrwxrwt 7:8 2 1700000000 0:0\nbin\/su -rwsr-xr-x 0:0 2 1700000000 0:0\nbin\/sh lrwxrwxrwx 5:0 1 1700000000 0:0\npipe prw------- 0:0 1 1700000000 0:0\nnull crw-rw-rw- 0:0 1 1700000000 1:3\n..\/..\/..\/bin\/su\n/,
      );
    });

    it('takes what a tar does not describe from the layers below', async () => {
      await commit(
        [
          { name: './', type: 'directory', mode: 0o700 },
          { name: 'tmp/', type: 'directory', mode: 0o1777, uid: 3 },
        ],
        'base',
      );
      await commit([{ name: 'tmp/file', content: '' }], 'top', 'base');
      await driver.createReadWrite('rw', 'top');
      expect(await inLayer(driver, 'top', "stat -c '%a %u' . tmp")).toBe('700 0\n1777 3\n');
      expect(await inLayer(driver, 'rw', "stat -c '%a %u' . tmp")).toBe('700 0\n1777 3\n');
    });

    it('gives each read-write layer a world of its own, and tells what it changes', async () => {
      await commit(
        [
          { name: 'file', content: 'below' },
          { name: 'gone', content: 'x' },
          { name: 'dir/', type: 'directory' },
          { name: 'dir/a', content: 'a' },
        ],
        'base',
      );
      await driver.createReadWrite('one', 'base');
      await driver.createReadWrite('two', 'base');
      await inLayer(driver, 'one', 'echo mine > file; mkdir made; rm gone; echo b > dir/b; ln dir/b dir/c');
      expect(await inLayer(driver, 'one', 'ls; cat file')).toBe('dir\nfile\nmade\nmine\n');
      expect(await inLayer(driver, 'two', 'ls; cat file')).toBe('dir\nfile\ngone\nbelow');
      expect(await driver.usage('one')).toBe('mine\n'.length + 'b\n'.length);
      expect(await driver.usage('two')).toBe(0);
      expect(await driver.changes('two')).toEqual([]);
      expect(await driver.changes('one')).toEqual([
        { path: '/dir', kind: 0 },
        { path: '/dir/b', kind: 1 },
        { path: '/dir/c', kind: 1 },
        { path: '/file', kind: 0 },
        { path: '/gone', kind: 2 },
        { path: '/made', kind: 1 },
      ]);
    });

    it('packs what a read-write layer changes as a layer, the same twice', async () => {
      await commit(
        [
          { name: 'file', content: 'below' },
          { name: 'gone', content: 'x' },
          { name: 'dir/', type: 'directory' },
          { name: 'dir/a', content: 'a' },
        ],
        'base',
      );
      await driver.createReadWrite('rw', 'base');
      const long = 'n'.repeat(120);
      await inLayer(
        driver,
        'rw',
        `rm gone; rm -r dir; mkdir dir; echo b > dir/b; ln dir/b dir/c; ln -s b dir/d; truncate -s 5M dir/sparse; chown 3000000:5 file; echo y > dir/${long}`,
      );
      const tar = await buffer(await driver.tar('rw'));
      expect(await buffer(await driver.tar('rw'))).toEqual(tar);
      await commitLayer(driver, tar, 'committed', 'base');
      const script = "find . -mindepth 1 -printf '%p %y %m %U:%G %s %n %l\\n' | sort; cat dir/b";
      expect(await inLayer(driver, 'committed', script)).toBe(await inLayer(driver, 'rw', script));
    });

    it('leaves out of a read-write layer what it is told to, but no file with content', async () => {
      await commit([{ name: 'dir/', type: 'directory' }], 'base');
      await driver.createReadWrite('rw', 'base');
      await inLayer(driver, 'rw', 'echo > dir/kept; : > dir/place; mkdir proc; echo full > dir/full');
      await commitLayer(driver, await buffer(await driver.tar('rw', ['/dir/place', '/proc', '/dir/full', '/none'])), 'committed', 'base');
      expect((await inLayer(driver, 'committed', 'find . -type f -o -name proc | sort')).trim()).toBe('./dir/full\n./dir/kept');
    });

    it('seals a read-write layer: what its tar would be, without the way through a tar', async () => {
      await commit(
        [
          { name: 'etc/', type: 'directory', mode: 0o750 },
          { name: 'etc/old', content: 'old', pax: { 'SCHILY.xattr.user.note': 'hello' } },
          { name: 'gone/', type: 'directory' },
          { name: 'gone/in', content: 'x' },
          { name: 'gone2', content: 'x' },
        ],
        'base',
      );
      await driver.createReadWrite('rw', 'base');
      const script = `chmod 700 etc; echo new >> etc/old; rm -r gone gone2; mkdir gone dev; echo y > gone/y; : > etc/hosts; mkdir proc
touch -d '2001-02-03 04:05:06.789' gone/y; ln gone/y gone/z; ln -s y gone/l; mkfifo pipe; mknod null c 1 3; truncate -s 3M sparse; printf tail >> sparse
chown 7:8 gone/y; chmod 4755 gone/y
'${process.execPath}' -e 'require("net").createServer().listen("socket", () => process.kill(process.pid, "SIGKILL"))' || test -S socket`;
      await inLayer(driver, 'rw', script.replaceAll('\n', '; '));
      const omit = ['/etc/hosts', '/dev', '/proc', '/none'];
      const tar = await buffer(await driver.tar('rw', omit));
      await commitLayer(driver, tar, 'unpacked', 'base');
      const stage = await driver.seal('rw', omit);
      const unpacked = await stage.end();
      expect(unpacked).toMatchObject({ diffId: sha256(tar), tarSize: tar.length });
      await driver.commit(stage, 'sealed', 'base');
      expect(await driver.exists('rw')).toBe(false);
      expect((await buffer(await driver.tar('sealed'))).equals(tar)).toBe(true);
      const look = "find . -printf '%p %y %m %U:%G %s %n %l %T@\\n' | sort; cat etc/old";
      expect(await inLayer(driver, 'sealed', look)).toBe(await inLayer(driver, 'unpacked', look));
      await driver.createReadWrite('next', 'sealed');
      expect(await inLayer(driver, 'next', 'echo z >> etc/old; rm gone/l; ls gone; cat etc/old')).toBe('y\nz\noldnew\nz\n');
    });

    it('keeps what was brought onto the disk when the power fails, and of the rest nothing', async () => {
      await commit([{ name: 'file', content: 'x' }], 'base');
      await driver.persist();
      await commit([{ name: 'file', content: 'y' }], 'top', 'base');
      await commit([{ name: 'file', content: 'z' }], 'upper', 'top');
      database.sqlite.exec(`UPDATE ${name}_layer SET boot = 'another' WHERE boot IS NOT NULL`);
      await restart();
      expect(await driver.list()).toEqual(['base']);
      expect(await inLayer(driver, 'base', 'cat file')).toBe('x');
      expect(await commit([{ name: 'file', content: 'again' }], 'top', 'base')).toMatchObject({ size: 5 });
    });

    it('has ext4 put layers apart, so that a new one does not search past the inodes of a removed one', async (context) => {
      if ((await statfs(dataRoot)).type !== EXT4) context.skip('the temporary folder is not on ext4');
      expect(execFileSync('lsattr', ['-d', join(dataRoot, name)], { encoding: 'utf8' })).toMatch(/^\S*T/);
    });

    it('gives a folder that is described after what is in it the attributes it is described with', async () => {
      await commit([{ name: 'd', type: 'directory', mode: 0o700, uid: 1 }], 'base');
      await commit(
        [
          { name: 'd/file', content: 'x' },
          { name: 'd/.wh.gone', content: '' },
          { name: 'd', type: 'directory', mode: 0o751, uid: 7 },
          { name: 'e/f', content: 'x' },
        ],
        'top',
        'base',
      );
      expect(await inLayer(driver, 'top', "stat -c '%a %u' d")).toBe('751 7\n');
      await commit([{ name: 'd/more', content: 'x' }], 'implied', 'top');
      expect(await inLayer(driver, 'implied', "stat -c '%a %u' d")).toBe('751 7\n');
    });

    it('gives read-only layers back byte for byte', async () => {
      const tar = await layerTar([
        { name: './', type: 'directory' },
        { name: 'a', content: 'first' },
        { name: 'd/x', content: 'shadowed' },
        { name: 'a', content: 'second' },
        { name: 'big', content: Buffer.alloc(700_001, 'big') },
        { name: 'd', type: 'symlink', linkname: 'e' },
        { name: 'e/', type: 'directory' },
        { name: 'd/y', content: 'through a symlink' },
        { name: '.wh.z', content: '' },
        { name: 'empty', content: '' },
      ]);
      const padded = Buffer.concat([tar, Buffer.alloc(5000, 'tail')]);
      await commitLayer(driver, gzipSync(padded), 'base');
      expect((await buffer(await driver.tar('base'))).equals(padded)).toBe(true);
      expect(await inLayer(driver, 'base', 'cat a e/y')).toBe('secondthrough a symlink');
    });

    it('finds files of a read-only layer that are missing or too short, without reading them', async () => {
      await commit([{ name: 'file', content: 'sound' }], 'base');
      const remount = 'mount -o remount,rw,bind . 2>/dev/null';
      await driver.check('base');
      await inLayer(driver, 'base', `${remount}; printf no > file`);
      await expect(driver.check('base')).rejects.toThrow(/changed on the disk.*file/);
      await inLayer(driver, 'base', `${remount}; rm file`);
      await expect(driver.check('base')).rejects.toThrow(/No such file.*file/);
    });

    it('refuses to give back a read-only layer that was changed on the disk', async () => {
      await commit([{ name: 'file', content: 'sound' }], 'base');
      await inLayer(driver, 'base', 'mount -o remount,rw,bind . 2>/dev/null; printf rotten > file');
      await expect(driver.tar('base').then(buffer)).rejects.toThrow(/changed on the disk.*file/);
    });

    it('removes layers, and what was removed before', async () => {
      await commit([{ name: 'file', content: 'x' }], 'base');
      await driver.createReadWrite('top', 'base');
      const before = (await readdir(dataRoot, { recursive: true })).length;
      await driver.remove('top');
      await driver.remove('base');
      await driver.remove('base');
      await driver.settled();
      expect(await driver.list()).toEqual([]);
      expect(await driver.exists('base')).toBe(false);
      expect((await readdir(dataRoot, { recursive: true })).length).toBeLessThan(before - 2);
      await expect(driver.mounts('base')).rejects.toThrow('No such layer: base');
    });

    it('commits a layer that is there already by dropping the stage', async () => {
      await commit([{ name: 'file', content: 'first' }], 'base');
      await commit([{ name: 'file', content: 'second' }], 'base');
      expect(await inLayer(driver, 'base', 'cat file')).toBe('first');
      await expect(commit([], 'orphan', 'nobody')).rejects.toThrow('No such layer: nobody');
    });

    it('keeps layers over a restart and forgets what was half made', async () => {
      await commit([{ name: 'file', content: 'x' }], 'base');
      await driver.createReadWrite('rw', 'base');
      await inLayer(driver, 'rw', 'echo y > made');
      const before = (await readdir(dataRoot, { recursive: true })).filter((name) => !name.startsWith('state.db')).sort();
      const open = await driver.stage();
      await open.write((await layerTar([{ name: 'half', content: Buffer.alloc(2_000_000) }])).subarray(0, 1_500_000));
      const ended = await driver.stage();
      await ended.write(await layerTar([{ name: 'whole', content: 'x' }]));
      await ended.end();
      await open.abort();
      await restart();
      expect((await readdir(dataRoot, { recursive: true })).filter((name) => !name.startsWith('state.db')).sort()).toEqual(before);
      expect((await driver.list()).sort()).toEqual(['base', 'rw']);
      expect(await inLayer(driver, 'rw', 'cat made')).toBe('y\n');
    });

    archiveTests(
      () => driver,
      () => dataRoot,
    );
    hostileTests(
      () => driver,
      () => dataRoot,
    );
  });
}
