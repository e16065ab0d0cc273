import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testVolumeDriver } from '../testsuite.js';
import { LocalDriver } from './driver.js';

const folder = () => mkdtempSync(join(tmpdir(), 'slipway-volumes-'));

testVolumeDriver('local', async () => {
  const root = folder();
  return { driver: new LocalDriver(root), again: async () => new LocalDriver(root), close: async () => rmSync(root, { recursive: true }) };
});

/** Any mount point below a folder. */
const mountsBelow = (root: string) =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.split(' ')[4]?.startsWith(root));

describe('local volumes with options', () => {
  let root: string;
  let driver: LocalDriver;
  beforeEach(() => {
    root = folder();
    driver = new LocalDriver(root);
  });
  afterEach(() => {
    expect(mountsBelow(root)).toEqual([]);
    rmSync(root, { recursive: true });
  });

  const TMPFS = { type: 'tmpfs', device: 'tmpfs', o: 'size=1m,mode=0750' };

  it('tell the bytes of their files, and none once somebody has taken the folder away', async () => {
    const volume = await driver.create('plain', {});
    writeFileSync(join(volume.mountpoint, 'file'), 'sixteen and more');
    expect(await driver.usage(volume)).toBe(16);
    rmSync(volume.mountpoint, { recursive: true });
    expect(await driver.usage(volume)).toBe(0);
  });

  it('mount a file system for the first user, and unmount it after the last', async () => {
    const volume = await driver.create('fast', TMPFS);
    expect(mountsBelow(root)).toEqual([]);
    for (const user of ['one', 'two']) await driver.mount(volume, user);
    expect(mountsBelow(root)).toHaveLength(1);
    expect(mountsBelow(root)[0]).toContain('size=1024k,mode=750');
    await driver.unmount(volume, 'one');
    await driver.unmount(volume, 'one');
    expect(mountsBelow(root)).toHaveLength(1);
    await driver.unmount(volume, 'two');
    expect(mountsBelow(root)).toEqual([]);
    await driver.remove(volume);
  });

  it('bind another folder, whose files outlive the volume', async () => {
    const other = join(root, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'file'), 'mine');
    const volume = await driver.create('bound', { type: 'none', device: other, o: 'bind' });
    const place = await driver.mount(volume, 'one');
    expect(readFileSync(join(place, 'file'), 'utf8')).toBe('mine');
    await expect(driver.remove(volume)).rejects.toThrow('volume has active mounts');
    // As after a crash: the mount is still there, and nobody knows of it.
    await new LocalDriver(root).remove(volume);
    expect(readFileSync(join(other, 'file'), 'utf8')).toBe('mine');
  });

  it('lose what a former daemon mounted for nobody who goes on', async () => {
    const [used, unused] = [await driver.create('used', TMPFS), await driver.create('unused', TMPFS)];
    for (const volume of [used, unused]) await driver.mount(volume, 'one');
    const later = new LocalDriver(root);
    await later.retain(used, ['one']);
    await later.retain(unused, []);
    expect(mountsBelow(root)).toHaveLength(1);
    await later.unmount(used, 'one');
  });

  it('tell what mount(8) did not like', async () => {
    const volume = await driver.create('broken', { type: 'none', device: '/no/such/folder', o: 'bind' });
    await expect(driver.mount(volume, 'one')).rejects.toThrow(/failed to mount local volume.*\/no\/such\/folder/s);
    await driver.unmount(volume, 'one');
  });

  it.each([
    [{ colour: 'red' }, 'invalid option: "colour"'],
    [{ type: 'tmpfs' }, 'missing required option: "device"'],
    [{ device: '/dev/sda' }, 'missing required option: "type"'],
    [{ o: 'bind' }, 'missing required option: "type"'],
    [{ size: '1g' }, 'quota size requested but no quota support'],
    [{ type: 'tmpfs', device: '--make-shared' }, 'invalid device'],
  ])('refuse %j', async (options, message) => {
    await expect(driver.create('wrong', options as unknown as Record<string, string>)).rejects.toThrow(message);
  });
});
