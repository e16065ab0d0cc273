import { existsSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OUTPUT, kindOfRejection, type Given } from './given.js';

export function testProcess(given: Given): void {
  describe('a process', () => {
    it('runs, writes to its streams and log, and ends with its exit code', async () => {
      const command = given.sh('echo out; echo err >&2; exit 7');
      const container = await given.box.create(given.driver, command);
      const stream = await container.attach(OUTPUT);
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      await container.start();
      const status = await container.exit;
      expect(status).toMatchObject({ exitCode: 7, signal: 0, oomKilled: false });
      expect(Math.abs(status.finishedAt - Date.now())).toBeLessThan(10_000);
      expect(Buffer.concat(pieces).toString('latin1')).toContain('\x01\0\0\0\0\0\0\x04out\n');
      expect(Buffer.concat(pieces).toString('latin1')).toContain('\x02\0\0\0\0\0\0\x04err\n');
      const records = given.box.log(command).map(({ log, stream: from }) => [log, from]);
      expect(records.toSorted()).toEqual([
        ['err\n', 'stderr'],
        ['out\n', 'stdout'],
      ]);
      await container.dispose();
      expect(await given.driver.list()).not.toContain(command.id);
    });

    it('does not run before it is started', async () => {
      const command = given.sh('echo ran > /ran');
      const container = await given.box.create(given.driver, command);
      await container.dispose();
      expect(existsSync(join(given.box.upper(command), 'ran'))).toBe(false);
    });

    it('ends by a signal with 128 + its number', async () => {
      const container = await given.box.create(given.driver, given.box.command(['sleep', '1000']));
      await container.start();
      await container.signal(9);
      expect(await container.exit).toMatchObject({ exitCode: 137, signal: 9 });
      await container.signal(9);
    });

    it('is pid 1 of its own namespaces, with no descriptor but 0, 1 and 2', async () => {
      const { output } = await given.box.run(given.driver, given.sh('echo $$; hostname; ls -1 /proc/self/fd; ls /sys/class/net'));
      // 3 is the folder that ls itself reads.
      expect(output.split('\n')).toEqual(['1', 'box', '0', '1', '2', '3', 'lo', '']);
    });

    it('has a cgroup namespace of its own where asked', async () => {
      const namespaces = ['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup'].map((type) => ({ type }));
      const script = 'cat /proc/self/cgroup; readlink /proc/self/ns/cgroup; ls /sys/fs/cgroup';
      const { exitCode, output } = await given.box.run(given.driver, given.sh(script, { linux: { namespaces } }));
      const lines = output.trim().split('\n');
      expect(exitCode).toBe(0);
      const paths = lines.flatMap((line) => /^\d+:[^:]+:(.*)$/.exec(line)?.[1] ?? /^0::(.*)$/.exec(line)?.[1] ?? []);
      expect(paths.filter((path) => path.includes('slipway'))).toEqual([]);
      expect(paths).toContain('/');
      const own = lines.find((line) => line.startsWith('cgroup:['));
      expect(own).toBeDefined();
      expect(own).not.toBe(readlinkSync('/proc/self/ns/cgroup'));
    });

    it.each([
      [['nosuchprogram'], 'NotFound', /executable file .*not found in \$PATH/],
      [['/no/such'], 'NotFound', /no such file or directory/i],
      [['/etc/plain'], 'InvalidParameter', /permission denied/i],
    ])('that cannot be executed (%j) is a %s', async (args, kind, message) => {
      const failure = given.box.create(given.driver, given.box.command(args)).then((container) => container.start());
      await expect(failure).rejects.toThrow(message);
      expect(await kindOfRejection(failure)).toBe(kind);
    });

    it('leaves nothing when it cannot be made', async () => {
      const command = given.box.command(['true'], {
        mounts: [{ destination: '/x', type: 'bind', source: '/no/such/source', options: ['rbind'] }],
      });
      await expect(given.driver.create(command)).rejects.toThrow('/no/such/source');
      expect(await given.driver.list()).not.toContain(command.id);
    });
  });
}
