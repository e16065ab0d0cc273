import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sees } from './box.js';
import { ALL, type Given } from './given.js';

export function testAdoption(given: Given): void {
  describe('a daemon that comes back', () => {
    it('adopts what lives, with its stdio and its end', async () => {
      const command = given.sh('while read x; do echo "got $x"; done; exit 5', { openStdin: true, stdinOnce: true });
      const container = await given.box.create(given.driver, command);
      await container.start();
      const other = given.makeDriver(given.box.execRoot);
      expect(await other.list()).toContain(command.id);
      const adopted = await other.adopt(command.id);
      expect(adopted?.pid).toBe(container.pid);
      const stream = await adopted?.attach(ALL);
      stream?.write('it\n');
      await sees(stream as NonNullable<typeof stream>, 'got it');
      stream?.end();
      expect(await adopted?.exit).toMatchObject({ exitCode: 5 });
      await adopted?.dispose();
      expect(await other.list()).not.toContain(command.id);
    });

    it('ends a container that has lost its shim, and one that is paused, and leaves nothing', async () => {
      const container = await given.box.create(given.driver, given.box.command(['sleep', '1000']));
      await container.start();
      const shim = /^PPid:\t(\d+)/m.exec(readFileSync(`/proc/${container.pid}/status`, 'utf8'))?.[1];
      process.kill(Number(shim), 'SIGKILL');
      expect(await container.exit).toMatchObject({ exitCode: 137 });
      await container.dispose();
      await expect(container.stats()).rejects.toThrow(/ENOENT|is not running/);
      const paused = await given.box.create(given.driver, given.box.command(['sleep', '1000']));
      await paused.start();
      await paused.pause();
      await paused.dispose();
      await expect(paused.stats()).rejects.toThrow(/ENOENT|is not running/);
    });

    it('knows nothing of what was never there', async () => {
      expect(await given.driver.adopt('0'.repeat(64))).toBeUndefined();
    });
  });
}
