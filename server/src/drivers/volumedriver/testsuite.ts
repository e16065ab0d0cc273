import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VolumeDriver } from './driver.js';

/** One driver to test, and how to clear away what it needed. */
export interface DriverUnderTest {
  readonly driver: VolumeDriver;
  /** The same driver as a daemon started later has it. */
  again(): Promise<VolumeDriver>;
  close(): Promise<void>;
}

/** What every volume driver must do, run by each implementation. */
export function testVolumeDriver(name: string, open: () => Promise<DriverUnderTest>): void {
  describe(`volume driver ${name}`, () => {
    let test: DriverUnderTest;
    let driver: VolumeDriver;
    beforeEach(async () => {
      test = await open();
      driver = test.driver;
    });
    afterEach(() => test.close());

    it('keeps what is written while it is mounted, for the next user', async () => {
      const volume = await driver.create('data', {});
      await writeFile(join(await driver.mount(volume, 'one'), 'file'), 'kept');
      await driver.unmount(volume, 'one');
      expect(await readFile(join(await driver.mount(volume, 'two'), 'file'), 'utf8')).toBe('kept');
      await driver.unmount(volume, 'two');
      await driver.remove(volume);
    });

    it('takes over a volume that is there', async () => {
      const volume = await driver.create('data', {});
      await writeFile(join(await driver.mount(volume, 'one'), 'file'), 'kept');
      const again = await driver.create('data', {});
      expect(await readFile(join(await driver.mount(again, 'two'), 'file'), 'utf8')).toBe('kept');
      for (const user of ['one', 'two']) await driver.unmount(volume, user);
      await driver.remove(volume);
    });

    it('gives all users of a volume the same data', async () => {
      const volume = await driver.create('data', {});
      const [one, two] = await Promise.all(['one', 'two'].map((user) => driver.mount(volume, user)));
      await writeFile(join(one!, 'file'), 'shared');
      await driver.unmount(volume, 'one');
      expect(await readFile(join(two!, 'file'), 'utf8')).toBe('shared');
      await driver.unmount(volume, 'two');
      await driver.remove(volume);
    });

    it('deletes the data with the volume, and a missing volume without complaint', async () => {
      const volume = await driver.create('data', {});
      const folder = await driver.mount(volume, 'one');
      await writeFile(join(folder, 'file'), 'gone');
      await driver.unmount(volume, 'one');
      await driver.remove(volume);
      await expect(readFile(join(folder, 'file'))).rejects.toThrow('ENOENT');
      await driver.remove(volume);
    });

    it('finds and lists what it has', async () => {
      expect(await driver.find('data')).toBeUndefined();
      expect(await driver.list()).toEqual([]);
      const volume = await driver.create('data', {});
      expect(await driver.find('data')).toMatchObject({ name: 'data' });
      expect((await driver.list()).map((found) => found.name)).toEqual(['data']);
      await driver.remove(volume);
      expect(await driver.find('data')).toBeUndefined();
    });

    it('is the same after a restart of the daemon, for those who go on', async () => {
      const volume = await driver.create('data', {});
      await writeFile(join(await driver.mount(volume, 'one'), 'file'), 'kept');
      const later = await test.again();
      await later.retain(volume, ['one']);
      expect(await readFile(join(await later.mount(volume, 'two'), 'file'), 'utf8')).toBe('kept');
      for (const user of ['one', 'two']) await later.unmount(volume, user);
      await later.remove(volume);
    });
  });
}
