import { describe, expect, it } from 'vitest';
import type { ContainerConfig, HostConfig } from '../../api/generated/types.gen.js';
import type { UserMapping } from '../../base/config.js';
import { CAPABILITIES, type HostFacts } from './host.js';
import { buildSpec } from './spec.js';

const host: HostFacts = {
  architecture: 'amd64',
  kernel: { major: 6, minor: 1 },
  cgroupVersion: 2,
  cgroups: true,
  capabilities: CAPABILITIES,
  timeNamespace: true,
  possibleCpus: '0-1',
  appArmor: false,
  onlineCpus: '0-1',
  memoryNodes: '0',
  swapLimit: true,
};

interface Spec {
  process: {
    user: object;
    args: string[];
    env: string[];
    cwd: string;
    capabilities: { bounding: string[]; inheritable?: string[] };
    rlimits: object[];
    noNewPrivileges: boolean;
  };
  root: { readonly: boolean };
  hostname?: string;
  mounts: { destination: string; type: string; source: string; options: string[] }[];
  linux: {
    namespaces: { type: string; path?: string }[];
    sysctl: Record<string, string>;
    maskedPaths: string[];
    readonlyPaths: string[];
    resources: { devices: object[]; memory: object; cpu: object; pids?: object };
    seccomp?: { syscalls: { names: string[]; action: string; errnoRet?: number }[]; architectures: string[] };
    cgroupsPath: string;
  };
}

async function specOf(config: ContainerConfig = {}, hostConfig: HostConfig = {}, init = false, remappedUser?: UserMapping): Promise<Spec> {
  const spec = await buildSpec({
    record: {
      id: 'a'.repeat(64),
      name: 'web',
      created: '',
      image: '',
      driver: 'overlay2',
      config: { Cmd: ['true'], Hostname: 'box', ...config },
      hostConfig,
      networking: {},
      mounts: [
        {
          type: 'bind',
          source: '/srv',
          destination: '/data',
          mode: 'ro',
          writable: false,
          propagation: 'rprivate',
          recursiveReadOnly: true,
        },
      ],
    },
    user: { uid: 0, gid: 0, additionalGids: [0, 10], home: '/root' },
    files: { hosts: '/c/hosts', hostname: '/c/hostname', resolvConf: '/c/resolv.conf' },
    host,
    cgroupsPath: '/slipway/aaa',
    sharedMemory: undefined,
    pidOf: () => 42,
    remappedUser,
    init: { init, initPath: '/opt/docker-init' },
  });
  return spec as unknown as Spec;
}

describe('buildSpec', () => {
  it('gives a plain container what Docker gives it', async () => {
    const { process, root, hostname, linux } = await specOf();
    expect(process).toMatchObject({
      user: { uid: 0, gid: 0, additionalGids: [0, 10] },
      args: ['true'],
      cwd: '/',
      env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOSTNAME=box', 'HOME=/root'],
      noNewPrivileges: false,
    });
    expect(process.capabilities.bounding).toHaveLength(14);
    expect(process.capabilities.inheritable).toBeUndefined();
    expect(root.readonly).toBe(false);
    expect(hostname).toBe('box');
    expect(linux.namespaces.map(({ type }) => type)).toEqual(['mount', 'network', 'uts', 'pid', 'ipc', 'cgroup', 'time']);
    expect(linux.sysctl).toEqual({ 'net.ipv4.ip_unprivileged_port_start': '0', 'net.ipv4.ping_group_range': '0 2147483647' });
    expect(linux.maskedPaths).toContain('/proc/kcore');
    expect(linux.maskedPaths).toContain('/sys/devices/system/cpu/cpu1/thermal_throttle');
    expect(linux.readonlyPaths).toEqual(['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger']);
    expect(linux.resources.devices[0]).toEqual({ allow: false, type: 'a', access: 'rwm' });
  });

  it('mounts the defaults, then the files of /etc, then what was asked for', async () => {
    const { mounts } = await specOf();
    expect(mounts.map(({ destination }) => destination)).toEqual([
      '/proc',
      '/dev',
      '/dev/pts',
      '/sys',
      '/sys/fs/cgroup',
      '/dev/mqueue',
      '/dev/shm',
      '/data',
      '/etc/resolv.conf',
      '/etc/hostname',
      '/etc/hosts',
    ]);
    expect(mounts.find(({ destination }) => destination === '/data')?.options).toEqual(['rbind', 'rprivate', 'ro', 'rro']);
    expect(mounts.find(({ destination }) => destination === '/sys')?.options).toContain('ro');
    expect(mounts.find(({ destination }) => destination === '/dev/shm')?.options).toContain('size=67108864');
  });

  it('opens everything to a privileged container', async () => {
    const { process, linux, mounts } = await specOf({}, { Privileged: true });
    expect(process.capabilities.bounding).toEqual(CAPABILITIES);
    expect(linux.seccomp).toBeUndefined();
    expect(linux.maskedPaths).toEqual([]);
    expect(linux.resources.devices).toEqual([{ allow: true, type: 'a', access: 'rwm' }]);
    expect(mounts.find(({ destination }) => destination === '/sys')?.options).not.toContain('ro');
    expect(linux.namespaces.map(({ type }) => type)).not.toContain('cgroup');
  });

  it.each([
    [true, false, undefined, true],
    [undefined, true, undefined, true],
    [false, true, undefined, false],
    [undefined, false, undefined, false],
    [true, true, 'host', false],
    [true, true, 'container:db', false],
  ])('runs an init when Init is %s, --init is %s and the pid namespace is %s: %s', async (Init, byDefault, PidMode, runs) => {
    const { process, mounts } = await specOf({}, { Init, PidMode }, byDefault);
    expect(process.args).toEqual(runs ? ['/sbin/docker-init', '--', 'true'] : ['true']);
    const mount = { destination: '/sbin/docker-init', type: 'bind', source: '/opt/docker-init', options: ['bind', 'ro'] };
    expect(mounts.filter(({ destination }) => destination === '/sbin/docker-init')).toEqual(runs ? [mount] : []);
  });

  it('joins or shares namespaces as the modes say', async () => {
    const { linux, hostname } = await specOf({}, { NetworkMode: 'container:db', PidMode: 'host', UTSMode: 'host', IpcMode: 'none' });
    expect(linux.namespaces).toContainEqual({ type: 'network', path: '/proc/42/ns/net' });
    expect(linux.namespaces.map(({ type }) => type)).not.toContain('pid');
    expect(linux.sysctl).toEqual({});
    expect(hostname).toBeUndefined();
  });

  it('sets limits in the units of the spec', async () => {
    const { linux, process } = await specOf(
      {},
      {
        Memory: 64 << 20,
        MemorySwap: 128 << 20,
        NanoCpus: 1_500_000_000,
        PidsLimit: 20,
        Ulimits: [{ Name: 'nofile', Soft: 10, Hard: -1 }],
      },
    );
    expect(linux.resources.memory).toEqual({ limit: 67108864, swap: 134217728 });
    expect(linux.resources.cpu).toEqual({ quota: 150000, period: 100000 });
    expect(linux.resources.pids).toEqual({ limit: 20 });
    expect(process.rlimits).toEqual([{ type: 'RLIMIT_NOFILE', soft: 10, hard: -1 }]);
  });

  it('maps IDs where containers are remapped, and joins the user namespace of whom it joins', async () => {
    const ids = [{ containerID: 0, hostID: 100000, size: 65536 }];
    const remapped = { name: 'ship:ship', uids: ids, gids: ids, uid: 100000, gid: 100000 };
    const { linux, mounts } = await specOf({}, {}, false, remapped);
    expect(linux).toMatchObject({ uidMappings: ids, gidMappings: ids });
    expect(linux.namespaces[0]).toEqual({ type: 'user' });
    expect(linux.sysctl).toEqual({ 'net.ipv4.ip_unprivileged_port_start': '0' });
    expect(mounts.find(({ type }) => type === 'cgroup')?.options).not.toContain('ro');
    const joined = await specOf({}, { NetworkMode: 'container:other' }, false, remapped);
    expect(joined.linux.namespaces[0]).toEqual({ type: 'user', path: '/proc/42/ns/user' });
    expect(joined.linux).toMatchObject({ uidMappings: ids, gidMappings: ids });
    const host = await specOf({}, { UsernsMode: 'host' }, false, remapped);
    expect(host.linux.namespaces.map(({ type }) => type)).not.toContain('user');
  });

  it('keeps the rules of seccomp that hold for the capabilities', async () => {
    const ruleOf = (spec: Spec, name: string, action: string) =>
      spec.linux.seccomp?.syscalls.find((rule) => rule.names.includes(name) && rule.action === action);
    const plain = await specOf();
    expect(plain.linux.seccomp?.architectures).toEqual(['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32']);
    expect(ruleOf(plain, 'clone3', 'SCMP_ACT_ERRNO')?.errnoRet).toBe(38);
    expect(ruleOf(plain, 'mount', 'SCMP_ACT_ALLOW')).toBeUndefined();
    expect(ruleOf(plain, 'chroot', 'SCMP_ACT_ALLOW')).toBeDefined();
    for (const name of ['io_uring_setup', 'userfaultfd', 'keyctl', 'add_key'])
      expect(ruleOf(plain, name, 'SCMP_ACT_ALLOW')).toBeUndefined();
    const admin = await specOf({}, { CapAdd: ['SYS_ADMIN'], CapDrop: ['SYS_CHROOT'] });
    expect(ruleOf(admin, 'mount', 'SCMP_ACT_ALLOW')).toBeDefined();
    expect(ruleOf(admin, 'clone3', 'SCMP_ACT_ERRNO')).toBeUndefined();
    expect(ruleOf(admin, 'chroot', 'SCMP_ACT_ALLOW')).toBeUndefined();
    expect((await specOf({}, { SecurityOpt: ['seccomp=unconfined'] })).linux.seccomp).toBeUndefined();
  });

  it('refuses a seccomp profile that is none', async () => {
    await expect(specOf({}, { SecurityOpt: ['seccomp={'] })).rejects.toThrow('decoding seccomp profile failed');
  });
});
