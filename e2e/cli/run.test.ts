import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { unique } from '../fixtures/names.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();
const run = (...args: string[]) => suite.docker.ok('run', '--rm', ...args);

describe('docker run: streams and exit codes', () => {
  test('keeps standard output and standard error apart', async () => {
    const { code, stdout, stderr } = await suite.docker.run(['run', '--rm', BUSYBOX, 'sh', '-c', 'echo out; echo err >&2']);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'out\n', stderr: 'err\n' });
  });

  test('-i passes standard input and its end on', async () => {
    const bytes = `${'x'.repeat(100_000)}\n`;
    expect(await suite.docker.feed(bytes, 'run', '--rm', '-i', BUSYBOX, 'wc', '-c')).toBe('100001');
  });

  test.each([
    ['its own exit code', ['sh', '-c', 'exit 7'], 7],
    ['126 for what cannot be executed', ['/etc/passwd'], 126],
    ['127 for what is not there', ['no-such-program'], 127],
  ])('ends with %s', async (_, command, code) => {
    expect((await suite.docker.run(['run', '--rm', BUSYBOX, ...command])).code).toBe(code);
  });

  test('ends with 125 for what the daemon refuses, saying why', async () => {
    const { code, stderr } = await suite.docker.run(['run', '--rm', '--name=-bad-', BUSYBOX, 'true']);
    expect(code).toBe(125);
    expect(stderr).toMatch(/Invalid container name/i);
  });

  test('leaves nothing of a container with --rm', async () => {
    const name = unique('gone');
    await run('--name', name, BUSYBOX, 'true');
    expect(await suite.docker.ok('ps', '-aq', '--filter', `name=${name}`)).toBe('');
  });

  test('passes a megabyte of output on unchanged', async () => {
    const { stdout } = await suite.docker.run(['run', '--rm', BUSYBOX, 'sh', '-c', 'yes 0123456789abcde | head -c 1048576']);
    expect(stdout).toBe('0123456789abcde\n'.repeat(65_536));
  });
});

describe('docker run: what the program sees', () => {
  test('environment, working directory, user and host name', async () => {
    const script = 'echo $GREETING; pwd; id -u; id -g; hostname';
    const flags = ['-e', 'GREETING=ahoy', '-w', '/somewhere/new', '-u', 'nobody:staff', '-h', 'harbour'];
    expect((await run(...flags, BUSYBOX, 'sh', '-c', script)).split('\n')).toEqual(['ahoy', '/somewhere/new', '65534', '50', 'harbour']);
  });

  test("an entrypoint in place of the image's", async () => {
    expect(await run('--entrypoint', 'echo', BUSYBOX, 'from', 'entrypoint')).toBe('from entrypoint');
  });

  test('process 1, and its own process list only', async () => {
    expect(await run(BUSYBOX, 'sh', '-c', 'echo $$; ls -d /proc/[0-9]* | wc -l')).toMatch(/^1\n[23]$/);
  });

  test('no descriptor but the three standard ones', async () => {
    // The fourth is the folder that ls itself reads.
    expect(await run(BUSYBOX, 'ls', '/proc/self/fd')).toBe('0\n1\n2\n3');
  });

  test("Docker's default capabilities, and fewer or more as asked", async () => {
    const effective = (...flags: string[]) => run(...flags, BUSYBOX, 'sh', '-c', 'grep CapEff /proc/1/status | cut -f2');
    expect(await effective()).toBe('00000000a80425fb');
    expect(await effective('--cap-drop=ALL')).toBe('0000000000000000');
    expect(await effective('--cap-drop=ALL', '--cap-add=CHOWN')).toBe('0000000000000001');
    expect(await effective('-u', 'nobody')).toBe('0000000000000000');
  });

  test('a seccomp filter and, when asked, no new privileges', async () => {
    const status = (...flags: string[]) => run(...flags, BUSYBOX, 'grep', '-E', '^(Seccomp|NoNewPrivs):', '/proc/1/status');
    expect((await status()).replaceAll(/\s+/g, ' ')).toBe('NoNewPrivs: 0 Seccomp: 2');
    expect((await status('--security-opt=no-new-privileges')).replaceAll(/\s+/g, ' ')).toBe('NoNewPrivs: 1 Seccomp: 2');
    expect((await status('--security-opt=seccomp=unconfined')).replaceAll(/\s+/g, ' ')).toBe('NoNewPrivs: 0 Seccomp: 0');
  });

  test('masked and read-only paths', async () => {
    expect(
      await run(
        BUSYBOX,
        'sh',
        '-c',
        'for name in kcore keys timer_list sched_debug; do cat /proc/$name 2>/dev/null | wc -c; done | sort -u',
      ),
    ).toBe('0');
    const { code } = await suite.docker.run(['run', '--rm', BUSYBOX, 'sh', '-c', 'echo 1 > /proc/sys/kernel/sysrq']);
    expect(code).not.toBe(0);
  });

  test('a read-only root with --read-only, writable where a tmpfs is', async () => {
    const script =
      'touch /x 2>/dev/null && echo root; touch /scratch/x && echo scratch; df -k /scratch | tail -1 | tr -s " " | cut -d" " -f2';
    expect(await run('--read-only', '--tmpfs', '/scratch:size=4m', BUSYBOX, 'sh', '-c', script)).toBe('scratch\n4096');
  });

  test('memory, process and CPU limits in its cgroup', async () => {
    const name = unique('limits');
    await suite.docker.ok('run', '-d', '--name', name, '--memory=64m', '--pids-limit=50', '--cpus=0.5', BUSYBOX, 'sleep', '600');
    const { HostConfig, State } = await suite.docker.inspect(name);
    expect(HostConfig).toMatchObject({ Memory: 64 * 1024 * 1024, PidsLimit: 50, NanoCpus: 500_000_000 });
    const cgroup = readFileSync(`/proc/${State.Pid}/cgroup`, 'utf8');
    const path = (controller: string) => new RegExp(`^\\d+:[^:]*\\b${controller}\\b[^:]*:(.*)$`, 'm').exec(cgroup)?.[1];
    const unified = /^0::(.*)$/m.exec(cgroup)?.[1];
    const limit = path('memory')
      ? readFileSync(`/sys/fs/cgroup/memory${path('memory')}/memory.limit_in_bytes`, 'utf8')
      : readFileSync(`/sys/fs/cgroup${unified}/memory.max`, 'utf8');
    expect(Number(limit)).toBe(64 * 1024 * 1024);
    await suite.docker.ok('rm', '-f', name);
  });

  test('resource limits, sysctls, extra hosts and DNS options', async () => {
    const flags = ['--ulimit', 'nofile=100:200', '--sysctl', 'net.ipv4.ip_default_ttl=33', '--add-host', 'lighthouse:10.9.8.7'];
    const script = 'ulimit -n; cat /proc/sys/net/ipv4/ip_default_ttl; grep lighthouse /etc/hosts; cat /etc/resolv.conf';
    const out = await run(...flags, '--dns', '10.1.2.3', '--dns-search', 'example.com', BUSYBOX, 'sh', '-c', script);
    expect(out).toMatch(/^100\n33\n10\.9\.8\.7\s+lighthouse\n/);
    expect(out).toContain('nameserver 10.1.2.3');
    expect(out).toContain('search example.com');
  });
});

describe('docker run: mounts', () => {
  test('a bind mount, writable and read-only', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-e2e-bind-'));
    writeFileSync(join(folder, 'note'), 'from outside\n');
    expect(await run('-v', `${folder}:/data`, BUSYBOX, 'sh', '-c', 'cat /data/note; echo from inside > /data/note')).toBe('from outside');
    expect(readFileSync(join(folder, 'note'), 'utf8')).toBe('from inside\n');
    const { code, stderr } = await suite.docker.run(['run', '--rm', '-v', `${folder}:/data:ro`, BUSYBOX, 'touch', '/data/other']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/read-only/i);
    rmSync(folder, { recursive: true });
  });

  test('a named volume keeps its files for the next container', async () => {
    const volume = unique('hold');
    await run('-v', `${volume}:/hold`, BUSYBOX, 'sh', '-c', 'echo cargo > /hold/list');
    expect(await run('-v', `${volume}:/hold:ro`, BUSYBOX, 'cat', '/hold/list')).toBe('cargo');
    await suite.docker.ok('volume', 'rm', volume);
  });

  test('a mount whose source is missing is refused', async () => {
    const { code, stderr } = await suite.docker.run(['run', '--rm', '--mount', 'type=bind,src=/no/such/folder,dst=/x', BUSYBOX, 'true']);
    expect(code).toBe(125);
    expect(stderr).toContain('/no/such/folder');
  });
});
