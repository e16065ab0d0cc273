// What takes modules of the kernel that not every machine has: the guest of `npm run test:v2` loads them.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { must, run } from '../fixtures/process.ts';
import { useDaemon } from '../fixtures/suite.ts';

const PATIENCE = { timeout: 120_000, interval: 500 };
const suite = useDaemon();

/** A program that listens on a port of SCTP and tells who calls. */
const LISTEN = `
import socket
server = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_SCTP)
server.bind(('0.0.0.0', 9000))
server.listen()
print('listening', flush=True)
while True:
    peer, address = server.accept()
    peer.sendall(b'hello ' + address[0].encode())
    peer.close()`;
const CALL = `
import socket, sys
peer = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_SCTP)
peer.settimeout(20)
peer.connect((sys.argv[1], int(sys.argv[2])))
print(peer.recv(100).decode())`;
/** Runs a program of this machine in a container's namespaces. */
const ofTheHost = (...command: string[]) => ['-v', '/:/host:ro', BUSYBOX, 'chroot', '/host', ...command];

describe('volumes on an NFS server', () => {
  const packages = join(import.meta.dirname, '../../.cache/guest');
  const env = { ...process.env, LD_LIBRARY_PATH: ['usr/lib', 'lib'].map((name) => join(packages, name, 'x86_64-linux-gnu')).join(':') };
  const server = (program: string, ...args: string[]) => must(join(packages, 'usr/sbin', program), args, { env });
  const exported = '/tmp/exported';
  const volume = (name: string, options: string) =>
    suite.docker.run(['volume', 'create', '-o', 'type=nfs', '-o', `o=${options}`, '-o', 'device=:/', name]);

  beforeAll(async () => {
    for (const folder of [exported, '/var/lib/nfs/rpc_pipefs', '/var/lib/nfs/v4recovery']) mkdirSync(folder, { recursive: true });
    for (const file of ['etab', 'rmtab']) writeFileSync(`/var/lib/nfs/${file}`, '');
    writeFileSync('/etc/exports', '');
    await must('mount', ['-t', 'nfsd', 'nfsd', '/proc/fs/nfsd']);
    writeFileSync('/proc/fs/nfsd/nfsv4gracetime', '10');
    await server('exportfs', '-o', 'rw,no_root_squash,insecure,fsid=0,no_subtree_check', `127.0.0.1:${exported}`);
    await server('rpc.mountd', '-N', '3');
    await server('rpc.nfsd', '-N', '3', '-U', '2');
  });
  afterAll(async () => {
    await server('rpc.nfsd', '0');
    await run('busybox', ['pkill', 'rpc.mountd']);
    await server('exportfs', '-ua');
    await must('umount', ['/proc/fs/nfsd']);
    rmSync(exported, { recursive: true });
  });

  test('are written to and read by containers, and keep what is in them', async () => {
    const { docker } = suite;
    expect((await volume('shared', 'addr=127.0.0.1,rw,nfsvers=4')).code).toBe(0);
    const write = 'echo written >/data/file; grep " /data " /proc/mounts | cut -d" " -f3';
    expect(await docker.ok('run', '--rm', '-v', 'shared:/data', BUSYBOX, 'sh', '-c', write)).toBe('nfs4');
    expect(readFileSync(join(exported, 'file'), 'utf8')).toBe('written\n');
    writeFileSync(join(exported, 'file'), 'changed\n');
    expect(await docker.ok('run', '--rm', '-v', 'shared:/data:ro', BUSYBOX, 'sh', '-c', 'cat /data/file; touch /data/x || echo no')).toBe(
      'changed\nno',
    );
    expect(readFileSync('/proc/mounts', 'utf8')).not.toContain(' nfs4 ');
    await docker.ok('volume', 'rm', 'shared');
    expect(readFileSync(join(exported, 'file'), 'utf8')).toBe('changed\n');
  });

  test('that do not answer are an error of the container, with their address', async () => {
    await volume('lost', 'addr=127.0.0.9,rw,nfsvers=4,soft,timeo=10,retrans=1,port=9');
    const { code, stderr } = await suite.docker.run(['run', '--rm', '-v', 'lost:/data', BUSYBOX, 'true']);
    expect([code, stderr]).toEqual([125, expect.stringContaining('addr=127.0.0.9')]);
    await suite.docker.ok('volume', 'rm', 'lost');
  });
});

describe('a port of SCTP', () => {
  test('is published, and reached by the host and by other containers', async () => {
    const { docker } = suite;
    await must('ip', ['link', 'add', 'sctp0', 'type', 'dummy']);
    await must('ip', ['addr', 'add', '192.0.2.1/24', 'dev', 'sctp0']);
    await must('ip', ['link', 'set', 'sctp0', 'up']);
    await docker.ok('network', 'create', 'lines');
    await docker.ok('run', '-d', '--name', 'exchange', '--network', 'lines', '-p', '9001:9000/sctp', ...ofTheHost('python3', '-c', LISTEN));
    await expect.poll(() => docker.ok('logs', 'exchange'), PATIENCE).toBe('listening');
    expect(await docker.ok('port', 'exchange')).toContain('9000/sctp -> 0.0.0.0:9001');
    const { Gateway: gateway, IPAddress: address } = (await docker.inspect('exchange')).NetworkSettings.Networks.lines;
    expect(await must('python3', ['-c', CALL, '192.0.2.1', '9001'])).toBe('hello 192.0.2.1');
    expect(await must('python3', ['-c', CALL, '127.0.0.1', '9001'])).toBe(`hello ${gateway}`);
    expect(await docker.ok('run', '--rm', '--network', 'lines', ...ofTheHost('python3', '-c', CALL, address, '9000'))).toMatch(/^hello /);
    expect((await docker.run(['run', '--rm', '-p', '9001:9000/sctp', BUSYBOX, 'true'])).stderr).toContain('9001');
    await docker.ok('rm', '-f', 'exchange');
    expect((await run('python3', ['-c', CALL, '192.0.2.1', '9001'])).code).not.toBe(0);
    await docker.ok('network', 'rm', 'lines');
    await must('ip', ['link', 'delete', 'sctp0']);
  });
});

describe('networks on a link of the host', () => {
  beforeAll(async () => {
    await must('ip', ['link', 'add', 'lan0', 'type', 'dummy']);
    await must('ip', ['link', 'set', 'lan0', 'up']);
  });
  afterAll(() => must('ip', ['link', 'delete', 'lan0']));

  test.each([
    ['macvlan', 'bridge', 'lan0'],
    ['macvlan', 'bridge', 'lan0.10'],
    ['ipvlan', 'l2', 'lan0'],
    ['ipvlan', 'l3', 'lan0'],
    ['ipvlan', 'l3s', 'lan0.20'],
  ])('%s in mode %s on %s: containers have addresses there, and reach each other by name', async (driver, mode, parent) => {
    const { docker } = suite;
    const options = ['-o', `parent=${parent}`, '-o', `${driver}_mode=${mode}`, '--subnet', '198.51.100.0/24'];
    await docker.ok('network', 'create', '-d', driver, ...options, 'plain');
    await docker.ok('run', '-d', '--name', 'first', '--network', 'plain', '--ip', '198.51.100.20', BUSYBOX, 'sleep', 'infinity');
    const script = 'ip -4 -o addr show eth0 | tr -s " " | cut -d" " -f4; ping -c1 -W5 first >/dev/null && echo reached';
    const said = await docker.ok('run', '--rm', '--network', 'plain', '--ip', '198.51.100.21', BUSYBOX, 'sh', '-c', script);
    expect(said).toBe('198.51.100.21/24\nreached');
    await docker.ok('rm', '-f', 'first');
    await docker.ok('network', 'rm', 'plain');
    const links = await must('ip', ['-br', 'link']);
    expect(links.includes(parent)).toBe(parent === 'lan0');
  });
});
