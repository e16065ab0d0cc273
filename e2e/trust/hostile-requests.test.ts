import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { attempt } from '../fixtures/attempt.ts';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { Canary } from '../fixtures/canary.ts';
import { run } from '../fixtures/process.ts';
import { testedRuntime } from '../fixtures/oci-runtime.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon({ flags: ['--debug'] });
const canary = new Canary();
/** Given to containers, unlike the canary. */
const sources = mkdtempSync(join(tmpdir(), 'slipway-e2e-sources-'));
afterEach(() => expect(canary.harm).toBe(''));
afterAll(() => {
  canary.remove();
  rmSync(sources, { recursive: true });
});

const box = (Cmd: readonly string[], more: Readonly<Record<string, unknown>> = {}) => attempt(suite.http, { Image: BUSYBOX, Cmd, ...more });
const shell = (script: string, more?: Readonly<Record<string, unknown>>) => box(['sh', '-c', script], more);

describe('what would reach the host is refused', () => {
  test.each<[string, object]>([
    ['a sysctl that is not of a namespace', { Sysctls: { 'kernel.core_pattern': '|/x' } }],
    ['a sysctl that climbs', { Sysctls: { 'net/../kernel.core_pattern': 'x' } }],
    ['a sysctl with a slash', { Sysctls: { 'net.ipv4/../../kernel/core_pattern': 'x' } }],
    ['a sysctl of the network on the host network', { NetworkMode: 'host', Sysctls: { 'net.ipv4.ip_forward': '0' } }],
    ['a sysctl of IPC with the host IPC', { IpcMode: 'host', Sysctls: { 'kernel.msgmax': '8192' } }],
    ['a host name by sysctl', { Sysctls: { 'kernel.hostname': 'evil' } }],
    ['a cgroup parent that climbs', { CgroupParent: '../../evil' }],
    ['a mount over /proc', { Binds: ['data:/proc'] }],
    ['a mount below /proc', { Mounts: [{ Type: 'volume', Source: 'data', Target: '/proc/self/attr' }] }],
    // crun hides the container's own settings from it, as it was told.
    ...(testedRuntime === 'crun' ? [] : [['a tmpfs over /proc/sys', { Tmpfs: { '/proc/sys': '' } }] as [string, object]]),
    ['a mount on /', { Binds: ['data:/'] }],
    ['a volume name that climbs', { Binds: ['../../evil:/x'] }],
    ['a capability that is none', { CapAdd: ['ALL_OF_THEM'] }],
    ['a device that is none', { Devices: [{ PathOnHost: canary.file, PathInContainer: '/dev/x', CgroupPermissions: 'rwm' }] }],
    ['a runtime by path', { Runtime: '../../bin/sh' }],
    ['a host with a line end', { ExtraHosts: ['a:1.2.3.4\n5.6.7.8 b'] }],
    ['a search domain with a line end', { DnsSearch: ['a\nnameserver 6.6.6.6'] }],
  ])('%s', async (_, HostConfig) => {
    expect((await box(['true'], { HostConfig })).refused).toBeDefined();
  });

  test.each<[string, Record<string, unknown>]>([
    ['a host name with a line end', { Hostname: 'a\n1.2.3.4 b' }],
    ['a domain with a line end', { Domainname: 'a\nb' }],
    ['a working folder that is relative', { WorkingDir: '../../..' }],
    ['an environment with NUL', { Env: ['A=\0B'] }],
  ])('%s', async (_, more) => {
    expect((await box(['true'], more)).refused).toBeDefined();
  });

  test('more mounts with longer sources than any message holds start with all namespaces or not at all', async () => {
    const long = join(sources, ...Array.from({ length: 14 }, () => 'y'.repeat(250)));
    mkdirSync(long, { recursive: true });
    const Binds = Array.from({ length: 60 }, (_, index) => `${long}:/m${index}`);
    const { refused, output } = await box(['readlink', '/proc/self/ns/net'], { HostConfig: { Binds } });
    if (!refused) expect(output.trim()).not.toBe(readlinkSync('/proc/self/ns/net'));
  });

  test('a second spelling of a field does not get past the first', async () => {
    const body = `{"Image":"${BUSYBOX}","HostConfig":{"Privileged":false},"hostconfig":{"Privileged":true}}`;
    const created = await suite.http.post('/containers/create', body, { headers: { 'content-type': 'application/json' } });
    if (created.status !== 201) return expect(created.status).toBe(400);
    const { HostConfig } = (await suite.http.get(`/containers/${created.json.Id}/json`)).json;
    // What is looked at is what runs: the last spelling counts, for everybody.
    expect(HostConfig.Privileged).toBe(true);
    await suite.http.delete(`/containers/${created.json.Id}`);
  });
});

describe('a program in an ordinary container', () => {
  // Other runtimes leave the tmpfs that holds the hierarchies of cgroup v1 writable.
  test('can neither mount, nor make namespaces, nor load, nor trace the kernel', async () => {
    const { output } = await shell(
      `t() { "$@" >/dev/null 2>&1 && echo "possible: $*"; }
       t mount -t tmpfs none /tmp; t mount -t cgroup none /tmp; t mount -o remount,rw /sys/fs/cgroup; t mount -o remount,rw /proc/sys
       t unshare -U true; t unshare -m true; t unshare -n true; t chroot /proc/1/root/.. false; t insmod /x; t swapon /x; t reboot -f -n
       t hostname evil; t dmesg; t sh -c 'echo x > /proc/sysrq-trigger'; t sh -c 'echo x > /proc/sys/kernel/core_pattern'
       t sh -c 'echo 1 > /sys/fs/cgroup/memory/release_agent'; t mkdir /sys/fs/cgroup/memory/evil
       ${testedRuntime ? '' : 't mkdir /sys/fs/cgroup/evil'}
       t sh -c 'cat /proc/kcore | head -c 1 | grep -q .'; echo end`,
    );
    expect(output.trim()).toBe('end');
  });

  test('opens no device of the host, however it is made, nor does an exec, nor after an update', async () => {
    const script =
      'mknod /d b 8 0; mknod /e b 259 0; mknod /k c 1 1; for d in /d /e /k; do head -c 1 $d >/dev/null 2>&1 && echo open $d; done; echo end';
    expect((await shell(script)).output.trim()).toBe('end');
    await suite.docker.ok('run', '-d', '--name', 'devices', BUSYBOX, 'sleep', '600');
    await suite.docker.ok('update', '--memory', '64m', '--memory-swap', '64m', 'devices');
    expect((await suite.docker.ok('exec', 'devices', 'sh', '-c', script)).trim()).toBe('end');
    await suite.docker.ok('rm', '-f', 'devices');
  });

  test('has no capability it could pass on, none at all as another user, and its groups', async () => {
    const status = 'grep -E "^(Cap|NoNewPrivs|Seccomp:|Groups)" /proc/self/status; id -G';
    expect((await shell(status)).output).toMatch(
      /Groups:\s*0[\s\S]*CapInh:\s*0{16}\nCapPrm:\s*00000000a80425fb\nCapEff:\s*00000000a80425fb\nCapBnd:\s*00000000a80425fb\nCapAmb:\s*0{16}[\s\S]*Seccomp:\s*2/,
    );
    const other = await shell(status, { User: 'nobody:staff', HostConfig: { GroupAdd: ['1234'] } });
    expect(other.output).toMatch(/CapInh:\s*0{16}\nCapPrm:\s*0{16}\nCapEff:\s*0{16}\nCapBnd:\s*00000000a80425fb\nCapAmb:\s*0{16}/);
    expect(other.output.trim().split('\n').at(-1)!.split(' ').toSorted()).toEqual(['1234', '50']);
    expect((await shell('grep NoNewPrivs /proc/self/status', { HostConfig: { SecurityOpt: ['no-new-privileges'] } })).output).toContain(
      '1',
    );
  });

  test('finds masked what tells of the host, and cannot write what is the kernel’s', async () => {
    const { output } = await shell(
      'for p in acpi asound interrupts kcore keys latency_stats sched_debug scsi timer_list timer_stats; do p=/proc/$p; [ -e $p ] || continue; if [ -d $p ]; then ls -A $p; else cat $p; fi; done; ls -A /sys/firmware /sys/devices/virtual/powercap 2>/dev/null | grep -v :; for p in bus fs irq sys sysrq-trigger; do [ -e /proc/$p ] && grep " /proc/$p " /proc/mounts | grep -qv " ro," && echo writable $p; done; echo end',
    );
    expect(output.trim()).toBe('end');
  });

  test('starts with three descriptors, and sees nothing of an exec that joins it', async () => {
    expect((await shell('ls /proc/self/fd | tr "\\n" " "')).output.trim()).toBe('0 1 2 3');
    const spy =
      'while :; do for p in /proc/[0-9]*; do ls -l $p/fd $p/cwd $p/root 2>/dev/null | grep -E "slipway|/tmp/" ; tr "\\0" " " < $p/environ 2>/dev/null | grep -i slipway; done; done';
    await suite.docker.ok('run', '-d', '--name', 'spy', BUSYBOX, 'sh', '-c', spy);
    for (let round = 0; round < 12; round++) await suite.docker.ok('exec', 'spy', 'true');
    expect(await suite.docker.ok('logs', 'spy')).toBe('');
    await suite.docker.ok('rm', '-f', 'spy');
  });

  test('on the host network meets no abstract socket of ours', async () => {
    const { output } = await shell('grep -i "@.*slipway" /proc/net/unix; grep -c . /proc/net/unix', {
      HostConfig: { NetworkMode: 'host' },
    });
    expect(output.trim()).toMatch(/^\d+$/);
  });

  test('cannot change the runtime that made it', async () => {
    const shim = join(import.meta.dirname, '../../native/build/slipway-shim');
    const digest = () => createHash('sha256').update(readFileSync(shim)).digest('hex');
    const before = digest();
    await suite.docker.ok(
      'run',
      '-d',
      '--name',
      'writer',
      '--cap-add',
      'SYS_PTRACE',
      BUSYBOX,
      'sh',
      '-c',
      'while :; do for p in /proc/[0-9]*; do (echo x > $p/exe) 2>/dev/null && echo $p; done; done',
    );
    for (let round = 0; round < 8; round++) await suite.docker.ok('exec', 'writer', 'true');
    expect(digest()).toBe(before);
    await suite.docker.ok('rm', '-f', 'writer');
  });
});

describe('what lies on the disk', () => {
  test('is for root alone', async () => {
    const { dataRoot, execRoot, socket } = suite.daemon;
    await suite.docker.ok('run', '--name', 'modes', '-v', 'modes:/v', BUSYBOX, 'echo', 'hello');
    const asNobody = (...args: string[]) => run('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', ...args]);
    expect((await asNobody('ls', dataRoot)).code).not.toBe(0);
    expect((await asNobody('ls', join(dataRoot, 'containers'))).code).not.toBe(0);
    expect((await asNobody('ls', execRoot)).code).not.toBe(0);
    expect(statSync(socket).mode & 0o777).toBe(0o660);
    expect(statSync(dataRoot).mode & 0o007).toBe(0);
    for (const name of readdirSync(dataRoot).filter((each) => each.startsWith('state.db')))
      expect(statSync(join(dataRoot, name)).mode & 0o077, name).toBe(0);
    await suite.docker.ok('rm', 'modes');
    // Who prunes or removes with -v never loses a volume that has a name.
    await suite.docker.ok('volume', 'prune', '-f');
    expect(await suite.docker.ok('volume', 'ls', '-q')).toContain('modes');
    await suite.docker.ok('volume', 'rm', 'modes');
  });

  test('and what is logged or told holds no secret', async () => {
    const auth = Buffer.from(JSON.stringify({ username: 'u', password: 'hunter2-secret' })).toString('base64url');
    await suite.http.post('/images/create?fromImage=127.0.0.1:1/x', undefined, { headers: { 'x-registry-auth': auth } });
    await suite.http.post('/auth', { username: 'u', password: 'hunter2-secret', serveraddress: '127.0.0.1:1' });
    await box(['true'], { Env: ['TOKEN=hunter2-secret'] });
    const events = await suite.http.get(`/events?since=0&until=${Math.ceil(Date.now() / 1000) + 1}`);
    for (const text of [suite.daemon.output, events.text])
      for (const secret of ['hunter2-secret', auth]) expect(text).not.toContain(secret);
  });
});

describe('connections that are not what they should be', () => {
  /** Sends these bytes over the unix socket; resolves to what comes back until the daemon closes or has had its time. */
  const raw = (bytes: string, waitMs = 3000) =>
    new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(suite.daemon.socket, () => socket.write(bytes));
      const timer = setTimeout(() => socket.destroy(), waitMs);
      socket.on('data', (chunk) => (text += chunk.toString('latin1')));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearTimeout(timer);
        resolve(text);
      });
    });
  const head = 'POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n';

  test.each([
    ['two lengths', `${head}Content-Length: 2\r\nContent-Length: 30\r\n\r\n{}`],
    ['a length and chunks', `${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /info HTTP/1.1\r\nHost: d\r\n\r\n`],
    ['a chunk size that is none', `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`],
    [
      'headers without end',
      `GET /info HTTP/1.1\r\nHost: d\r\n${Array.from({ length: 6000 }, (_, index) => `X-${index}: ${'y'.repeat(60)}`).join('\r\n')}\r\n\r\n`,
    ],
    ['a space before the colon', 'GET /info HTTP/1.1\r\nHost : d\r\nContent-Length : 5\r\n\r\n'],
    ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ])('%s are refused once', async (_, bytes) => {
    const statuses = [...(await raw(bytes)).matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
    expect(statuses.filter((status) => status < 400)).toEqual([]);
    expect(statuses.length).toBeLessThanOrEqual(1);
  });

  test('hundreds that say nothing or little keep nobody out, and are forgotten', async () => {
    const descriptors = () => readdirSync(`/proc/${suite.daemon.pid}/fd`).length;
    const before = descriptors();
    const idle = Array.from({ length: 400 }, (_, index) => {
      const socket = connect(suite.daemon.socket, () => index % 2 && socket.write('GET /info HTTP/1.1\r\nHost:'));
      return socket.on('error', () => undefined);
    });
    await expect.poll(descriptors, { timeout: 20_000 }).toBeGreaterThan(before + 350);
    expect((await suite.http.get('/_ping')).status).toBe(200);
    for (const socket of idle) socket.destroy();
    await expect.poll(descriptors, { timeout: 30_000 }).toBeLessThan(before + 20);
  });

  test('attaching and leaving leaves nothing', { timeout: 120_000 }, async () => {
    await suite.docker.ok('run', '-d', '--name', 'attached', BUSYBOX, 'sh', '-c', 'while :; do echo x; sleep 1; done');
    const descriptors = () => readdirSync(`/proc/${suite.daemon.pid}/fd`).length;
    const before = descriptors();
    for (let round = 0; round < 30; round++) {
      const { socket } = await suite.http.hijack('/containers/attached/attach?stream=1&stdout=1&stderr=1');
      socket.destroy();
    }
    await expect.poll(descriptors, { timeout: 30_000 }).toBeLessThan(before + 10);
    await suite.docker.ok('rm', '-f', 'attached');
  });

  test('output that nobody reads is not kept in memory', async () => {
    await suite.docker.ok('run', '-d', '--name', 'loud', BUSYBOX, 'sleep', '600');
    const { Id } = (await suite.http.post('/containers/loud/exec', { Cmd: ['yes', 'x'.repeat(4000)], AttachStdout: true })).json;
    const resident = () => Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${suite.daemon.pid}/status`, 'utf8'))?.[1]) / 1024;
    const { socket } = await suite.http.hijack(`/exec/${Id}/start`, { Detach: false });
    socket.pause();
    const before = resident();
    await new Promise((resolve) => setTimeout(resolve, 4000));
    expect(resident()).toBeLessThan(before + 100);
    socket.destroy();
    await suite.docker.ok('rm', '-f', 'loud');
  });
});
