import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kindOf } from '../../../base/errors.js';
import { collect } from './box.js';
import { OUTPUT, kindOfRejection, type Given } from './given.js';
import { processOf } from './spec.js';

export function testSecurity(given: Given): void {
  describe('security', () => {
    it('gives Docker default capabilities, and to another user none', async () => {
      const read = "grep -E 'Cap(Inh|Prm|Eff|Bnd|Amb)' /proc/self/status | cut -f2 | tr '\\n' ' '; id -G";
      const root = await given.box.run(given.driver, given.sh(read));
      expect(root.output).toBe('0000000000000000 00000000a80425fb 00000000a80425fb 00000000a80425fb 0000000000000000 0\n');
      const user = { uid: 1000, gid: 1000, additionalGids: [1000, 7] };
      const bounding = (processOf([])['capabilities'] as { bounding: string[] }).bounding;
      const other = await given.box.run(given.driver, given.sh(read, { process: { user, capabilities: { bounding } } }));
      expect(other.output).toBe('0000000000000000 0000000000000000 0000000000000000 00000000a80425fb 0000000000000000 1000 7\n');
    });

    it('masks and protects what Docker does, whatever /dev/null of the image is', async () => {
      const { output } = await given.box.run(
        given.driver,
        given.sh(
          'stat -c %F-%t:%T /proc/interrupts /proc/keys; ls -A /sys/firmware; echo x > /proc/sys/kernel/msgmax; mkdir /sys/fs/cgroup/x; true',
        ),
      );
      expect(output).toMatch(/^character special file-1:3\ncharacter special file-1:3\n/);
      expect(output.match(/Read-only file system/g)).toHaveLength(2);
    });

    it.each([0, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15])('refuses a working folder behind descriptor %i (CVE-2024-21626)', async (fd) => {
      const container = await given.driver.create(given.box.command(['pwd'], { process: { cwd: `/proc/self/fd/${fd}` } })).catch(kindOf);
      if (typeof container === 'string') return;
      expect(await kindOfRejection(container.start())).not.toBe('resolved');
      await container.dispose();
    });

    it('keeps mounts and devices inside the rootfs when the image has links out of it', async () => {
      const outside = join(given.box.folder, 'outside');
      mkdirSync(outside);
      const command = given.sh('echo x > /data/file; ls /dev', {
        mounts: [{ destination: '/data/deep', type: 'tmpfs', source: 'tmpfs', options: [] }],
      });
      symlinkSync(outside, join(given.box.upper(command), 'data'));
      symlinkSync(`../../../../../../..${outside}`, join(given.box.upper(command), 'dev'));
      await given.box.run(given.driver, command).catch(() => undefined);
      expect(existsSync(join(outside, 'deep'))).toBe(false);
      expect(existsSync(join(outside, 'null'))).toBe(false);
    });

    it.each(['/proc', '/proc/self/attr', '/proc/sys'])('refuses a mount on %s', async (destination) => {
      const command = given.box.command(['true'], {
        mounts: [{ destination, type: 'bind', source: given.box.folder, options: ['rbind'] }],
      });
      await expect(given.driver.create(command)).rejects.toThrow('/proc');
    });

    it('refuses a rootfs whose /proc leads elsewhere', async () => {
      const command = given.box.command(['true']);
      symlinkSync('/tmp', join(given.box.upper(command), 'proc'));
      await expect(given.driver.create(command)).rejects.toThrow('/proc');
    });

    it.each(['kernel.core_pattern', 'kernel.hostname', 'vm.swappiness', 'net/../../kernel/core_pattern'])(
      'refuses the sysctl %s',
      async (key) => {
        const before = readFileSync('/proc/sys/kernel/core_pattern', 'utf8');
        await expect(given.driver.create(given.box.command(['true'], { linux: { sysctl: { [key]: '1' } } }))).rejects.toThrow('sysctl');
        expect(readFileSync('/proc/sys/kernel/core_pattern', 'utf8')).toBe(before);
      },
    );

    it('sets sysctls of its own namespaces', async () => {
      const { output } = await given.box.run(
        given.driver,
        given.sh('cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/shmmni', {
          linux: { sysctl: { 'net.ipv4.ip_unprivileged_port_start': '0', 'kernel.shmmni': '99' } },
        }),
      );
      expect(output).toBe('0\n99\n');
    });

    it('denies devices that no rule allows, to an exec as well', async () => {
      const disk = statSync('/').dev;
      const script = `mknod /tmp/disk b ${(disk >> 8) & 0xfff} ${disk & 0xff} && cat /tmp/disk | head -c 1`;
      const container = await given.box.create(given.driver, given.box.command(['sleep', '1000']));
      await container.start();
      const exec = await container.exec({ id: 'x', process: processOf(['sh', '-c', script]), tty: false, attach: OUTPUT });
      expect(await collect(exec.stream)).toContain('Operation not permitted');
    });

    it('runs from memory that nobody can write (CVE-2019-5736)', async () => {
      writeFileSync(join(given.box.image, 'bin/self'), '#!/proc/self/exe\n', { mode: 0o755 });
      const container = await given.box.create(given.driver, given.box.command(['sleep', '1000']));
      expect(() => writeFileSync(`/proc/${container.pid}/exe`, 'x')).toThrow(/ETXTBSY|EPERM|EROFS/);
      await container.dispose();
      const again = await given.box.create(given.driver, given.box.command(['/bin/self']));
      await again.start().catch(() => undefined);
      await again.dispose();
      expect(await given.box.run(given.driver, given.box.command(['true']))).toMatchObject({ exitCode: 0 });
    });

    it('filters system calls', async () => {
      const seccomp = {
        defaultAction: 'SCMP_ACT_ALLOW',
        architectures: ['SCMP_ARCH_X86_64'],
        syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 1 }],
      };
      const { output } = await given.box.run(
        given.driver,
        given.sh('grep Seccomp: /proc/self/status; mkdir /tmp/x', { linux: { seccomp } }),
      );
      expect(output).toContain('Seccomp:\t2');
      expect(output).toContain("can't create directory '/tmp/x': Operation not permitted");
    });
  });
}
