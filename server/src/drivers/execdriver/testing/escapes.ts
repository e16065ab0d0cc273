import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { collect } from './box.js';
import { type Given, OUTPUT } from './given.js';
import { MOUNTS, processOf } from './spec.js';

/** How long containers are made while another one exchanges what their mounts go on. */
const RACE_MS = 5_000;

/** The kernel's id of a namespace, such as net:[4026531840]. */
const namespaceOf = (pid: number | 'self', kind: string) => readlinkSync(`/proc/${pid}/ns/${kind}`);

/** What containers of the past got hold of, of the host's. */
export function testEscapes(given: Given): void {
  /** A file of the host that nothing in a container may change; gives a check that it has not. */
  const makeCanary = (name: string) => {
    const path = join(given.box.folder, name);
    writeFileSync(path, 'untouched', { mode: 0o600 });
    const state = () => {
      const { uid, gid, mode, ino } = statSync(path);
      return { uid, gid, mode, ino, content: readFileSync(path, 'utf8') };
    };
    const before = state();
    return { path, check: () => expect(state()).toEqual(before) };
  };

  describe('escapes', () => {
    it('shows a container nothing of the process that an exec joins it with (CVE-2016-9962)', async () => {
      const scan = 'while :; do for each in /proc/[0-9]*; do ls -l $each/fd $each/exe $each/cwd $each/root 2>/dev/null; done; done';
      const container = await given.box.create(given.driver, given.sh(scan));
      const output = collect(await container.attach(OUTPUT));
      await container.start();
      for (let round = 0; round < 20; round++) {
        const exec = await container.exec({ id: 'x', process: processOf(['true']), tty: false, attach: OUTPUT });
        await exec.exit;
      }
      await container.signal(9);
      const links = (await output).split('\n').flatMap((line) => / -> (.*)$/.exec(line)?.[1] ?? []);
      expect(links).toContain('/bin/busybox');
      const own = /^(\/bin\/busybox|\/|\/dev\/null|\/proc\/\d+(\/fd)?|pipe:\[\d+\])$/;
      expect([...new Set(links.filter((link) => !own.test(link)))]).toEqual([]);
    });

    it.each(['/dev/pts', '/dev'])('takes no terminal from a shared %s with links in it (CVE-2025-52565)', async (destination) => {
      const canary = makeCanary(`canary${destination.replaceAll('/', '-')}`);
      const shared = join(given.box.folder, `shared${destination.replaceAll('/', '-')}`);
      mkdirSync(shared);
      for (const name of ['0', '1', 'ptmx', 'console']) symlinkSync(canary.path, join(shared, name));
      mkdirSync(join(shared, 'pts'));
      const command = given.sh('test -c /dev/console && stat -Lc %t /dev/console', {
        tty: true,
        mounts: [{ destination, type: 'bind', source: shared, options: ['rbind'] }],
      });
      const ended = await given.box.run(given.driver, command).catch((error: Error) => error.message);
      if (typeof ended === 'string') expect(ended).toMatch(/terminal|devpts|console/);
      else expect(ended.output).toBe('88\r\n');
      canary.check();
    });

    it.each([true, false])("changes no file of the host that the image's /dev leads to (terminal: %s)", async (tty) => {
      const canary = makeCanary(`canary-dev-${tty}`);
      const user = { uid: 1000, gid: 1000, additionalGids: [] };
      const mounts = MOUNTS.filter(({ destination }) => !destination.startsWith('/dev'));
      const command = given.sh('echo written', { tty, openStdin: true, process: { user }, more: { mounts } });
      const dev = join(given.box.upper(command), 'dev');
      mkdirSync(dev);
      for (const name of ['console', 'null', 'ptmx', 'stdin', 'stdout', 'stderr', 'tty']) {
        symlinkSync(`../../../../../../..${canary.path}`, join(dev, name));
      }
      await given.box.run(given.driver, command).catch(() => undefined);
      canary.check();
    });

    it('mounts nothing outside while a container exchanges folders and links (CVE-2021-30465)', { timeout: 60_000 }, async () => {
      const [outside, shared] = ['race-outside', 'race-shared'].map((name) => join(given.box.folder, name)) as [string, string];
      for (const folder of [outside, shared]) mkdirSync(folder);
      const volume = { destination: '/volume', type: 'bind', source: shared, options: ['rbind'] };
      const exchange = `while :; do ln -s ${outside} l; mv -T l /volume/x 2>/dev/null || rm -rf /volume/x l; mkdir -p /volume/x; rm -rf /volume/x; done`;
      const attacker = await given.box.create(given.driver, given.sh(`cd /volume; ${exchange}`, { mounts: [volume] }));
      await attacker.start();
      const mountsBefore = readFileSync('/proc/self/mountinfo', 'utf8');
      let made = 0;
      for (const end = Date.now() + RACE_MS; Date.now() < end || made <= 5; made++) {
        const mounts = [
          volume,
          { destination: '/volume/x/deep', type: 'tmpfs', source: 'tmpfs', options: [] },
          { destination: '/volume/x/file', type: 'bind', source: join(given.box.image, 'etc/plain'), options: ['rbind'] },
        ];
        await given.box.run(given.driver, given.box.command(['true'], { mounts })).catch(() => undefined);
      }
      await attacker.signal(9);
      await attacker.exit;
      expect(made).toBeGreaterThan(5);
      expect(readdirSync(outside)).toEqual([]);
      const ours = (text: string) => text.split('\n').filter((line) => line.includes(given.box.folder));
      expect(ours(readFileSync('/proc/self/mountinfo', 'utf8'))).toEqual(ours(mountsBefore));
    });

    it('gives a container its namespaces however long its mounts are (CVE-2021-43784)', async () => {
      const long = { destination: '/long', type: 'bind', source: `/${'a'.repeat(100_000)}`, options: ['rbind'] };
      await expect(given.driver.create(given.box.command(['true'], { mounts: [long] }))).rejects.toThrow(/too long/i);
      const source = join(given.box.image, 'etc/plain');
      const mounts = Array.from({ length: 300 }, (_, index) => {
        return { destination: `/many/${'b'.repeat(200)}/${index}`, type: 'bind', source, options: ['rbind'] };
      });
      const container = await given.box.create(given.driver, given.box.command(['sleep', '1000'], { mounts }));
      await container.start();
      for (const kind of ['pid', 'net', 'ipc', 'uts', 'mnt']) {
        expect(namespaceOf(container.pid, kind)).not.toBe(namespaceOf('self', kind));
      }
    });

    it.each([
      ['a fifo', (path: string) => execFileSync('mkfifo', [path])],
      ['a device without end', (path: string) => execFileSync('mknod', [path, 'c', '1', '5'])],
      ['a link to itself', (path: string) => symlinkSync('passwd', path)],
      ['a folder', (path: string) => mkdirSync(path)],
      ['2 GiB long', (path: string) => (writeFileSync(path, ''), truncateSync(path, 2 ** 31))],
    ])('starts when /etc/passwd is %s (CVE-2026-47262)', async (_, make) => {
      const command = given.sh('echo $HOME');
      mkdirSync(join(given.box.upper(command), 'etc'));
      make(join(given.box.upper(command), 'etc/passwd'));
      expect(await given.box.run(given.driver, command)).toEqual({ exitCode: 0, output: '/\n' });
    });

    it("lets a container with the host's network reach no socket of its shim (CVE-2020-15257)", async () => {
      const namespaces = ['pid', 'ipc', 'uts', 'mount'].map((type) => ({ type }));
      const command = given.sh('cat /proc/net/unix; sleep 1000', { linux: { namespaces } });
      const container = await given.box.create(given.driver, command);
      await container.start();
      const shim = /^PPid:\t(\d+)/m.exec(readFileSync(`/proc/${container.pid}/status`, 'utf8'))?.[1];
      const table = readFileSync(`/proc/${container.pid}/net/unix`, 'utf8').split('\n');
      const sockets = readdirSync(`/proc/${shim}/fd`).map((fd) => /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${shim}/fd/${fd}`))?.[1]);
      const names = sockets.flatMap((inode) => (inode ? table.filter((line) => line.split(/\s+/)[6] === inode) : []));
      expect(names.filter((line) => line.includes('shim.sock'))).not.toEqual([]);
      expect(names.filter((line) => line.includes('@'))).toEqual([]);
      const folders = readdirSync(given.box.execRoot);
      expect(folders).not.toEqual([]);
      for (const name of folders) expect(statSync(join(given.box.execRoot, name)).mode & 0o777).toBe(0o700);
    });
  });
}
