import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configure } from './configuration.js';
import { useProxies } from './proxies.js';
import { reload } from '../reload.js';
import { readSettings } from './settings.js';
import { toldInVain } from './told-in-vain.js';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'slipway-settings-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function settings(content: object, ...flags: string[]) {
  const path = join(folder, 'daemon.json');
  writeFileSync(path, JSON.stringify(content));
  return readSettings([`--config-file=${path}`, ...flags]);
}
const read = (content: object, ...flags: string[]) => configure(settings(content, ...flags));

/** What people have in /etc/docker/daemon.json, from Docker's own documentation of it. */
const DOCUMENTED = {
  'allow-direct-routing': false,
  'allow-nondistributable-artifacts': [],
  'authorization-plugins': [],
  bip: '192.168.1.1/24',
  bip6: 'fd00::1/64',
  bridge: 'docker7',
  'bridge-accept-fwmark': '0x1/0x3',
  builder: {
    gc: { enabled: true, defaultKeepStorage: '10GB', policy: [{ keepStorage: '10GB', filter: ['unused-for=2200h'] }, { all: true }] },
  },
  'cgroup-parent': '',
  containerd: '/run/containerd/containerd.sock',
  'containerd-namespace': 'docker',
  'containerd-plugins-namespace': 'docker-plugins',
  'data-root': '',
  debug: true,
  'default-address-pools': [{ base: '172.30.0.0/16', size: 24 }],
  'default-cgroupns-mode': 'private',
  'default-gateway': '192.168.1.254',
  'default-gateway-v6': 'fd00::fe',
  'default-network-opts': { bridge: { 'com.docker.network.driver.mtu': '1450' } },
  'default-runtime': 'runc',
  'default-shm-size': '64M',
  'default-ulimits': { nofile: { Hard: 64000, Name: 'nofile', Soft: 64000 } },
  dns: ['192.0.2.53'],
  'dns-opts': [],
  'dns-search': [],
  'exec-opts': ['native.cgroupdriver=cgroupfs'],
  'exec-root': '',
  experimental: true,
  features: { cdi: true, 'containerd-snapshotter': true },
  'firewall-backend': 'nftables',
  'fixed-cidr': '192.168.1.128/25',
  'fixed-cidr-v6': 'fd00::8000/113',
  group: '',
  'host-gateway-ips': ['192.0.2.7', '2001:db8::7'],
  hosts: [],
  icc: false,
  init: false,
  'init-path': '/usr/libexec/docker-init',
  'insecure-registries': [],
  ip: '0.0.0.0',
  'ip-forward': false,
  'ip-forward-no-drop': true,
  'ip-masq': false,
  iptables: true,
  ip6tables: false,
  ipv6: true,
  labels: [],
  'live-restore': true,
  'log-driver': 'json-file',
  'log-format': 'text',
  'log-level': 'trace',
  'log-opts': { 'max-size': '10m' },
  'max-concurrent-downloads': 0,
  'max-concurrent-uploads': 7,
  'max-download-attempts': 9,
  mtu: 1400,
  'no-new-privileges': false,
  'node-generic-resources': ['NVIDIA-GPU=UUID1', 'NVIDIA-GPU=UUID2', 'SSD=3'],
  pidfile: '',
  proxies: {
    'http-proxy': 'http://user:secret@proxy.example.com:80',
    'https-proxy': 'https://proxy.example.com:443',
    'no-proxy': '*.test',
  },
  'raw-logs': true,
  'registry-mirrors': [],
  rootless: false,
  'seccomp-profile': '',
  'selinux-enabled': false,
  'shutdown-timeout': -1,
  'storage-driver': '',
  'storage-opts': [],
  'swarm-default-advertise-addr': '',
  tls: false,
  'userland-proxy': false,
  'userland-proxy-path': '/usr/libexec/docker-proxy',
};

describe('a daemon.json of Docker', () => {
  it('is understood, key by key', () => {
    expect(read(DOCUMENTED)).toMatchObject({
      packetFilter: {
        ipv4: true,
        ipv6: false,
        forwarding: false,
        guardForwarding: false,
        directRouting: false,
        acceptMark: { mark: '0x1', mask: '0x3' },
      },
      defaultBridge: { gateway: '192.168.1.254', gatewayV6: 'fd00::fe', bip6: 'fd00::1/64', mtu: 1400 },
      userlandProxy: false,
      hostGatewayIps: ['192.0.2.7', '2001:db8::7'],
      defaultNetworkOptions: { bridge: { 'com.docker.network.driver.mtu': '1450' } },
      proxies: { http: 'http://user:secret@proxy.example.com:80', https: 'https://proxy.example.com:443', none: '*.test' },
      storageDriver: 'overlay2',
      features: { cdi: true },
      experimental: true,
      genericResources: [
        { NamedResourceSpec: { Kind: 'NVIDIA-GPU', Value: 'UUID1' } },
        { NamedResourceSpec: { Kind: 'NVIDIA-GPU', Value: 'UUID2' } },
        { DiscreteResourceSpec: { Kind: 'SSD', Value: 3 } },
      ],
      buildCacheRules: [
        { all: false, keep: 10 * 2 ** 30, filters: { 'unused-for': ['2200h'] } },
        { all: true, keep: 10 * 2 ** 30, filters: {} },
      ],
      maxConcurrentDownloads: 3,
      maxConcurrentUploads: 7,
      maxDownloadAttempts: 9,
      shutdownTimeoutSeconds: -1,
      logLevel: 'debug',
      rawLogs: true,
      seccomp: { name: 'builtin', profile: 'builtin' },
    });
  });

  it('tells which keys have no effect here, and why', () => {
    const given = settings(DOCUMENTED);
    const told = toldInVain(given, configure(given));
    expect(told).toContain('--containerd has no effect: there is no containerd underneath');
    expect(told).toContain('the feature containerd-snapshotter has no effect: it cannot be switched here');
    expect(told.join()).not.toMatch(/selinux|iptables|storage-opt/);
    expect(toldInVain({}, configure({}))).toEqual([]);
  });

  it.each<[object, string]>([
    [{ 'selinux-enabled': true }, '--selinux-enabled true cannot be had'],
    [{ 'authorization-plugins': ['opa'] }, '--authorization-plugin ["opa"] cannot be had'],
    [{ 'exec-opts': ['native.cgroupdriver=systemd'] }, 'only native.cgroupdriver=cgroupfs can be had'],
    [{ 'firewall-backend': 'iptables' }, 'rules are made with nftables'],
    [{ 'storage-opts': ['overlay2.size=1G'] }, 'the storage drivers have no options'],
    [{ 'storage-driver': 'zfs' }, '--storage-driver must be one of overlay2, vfs, not zfs'],
    [{ 'bridge-accept-fwmark': '1/2/3' }, '--bridge-accept-fwmark 1/2/3 is not understood'],
    [{ 'default-gateway': '10.0.0.9' }, '--default-gateway needs --bip or --fixed-cidr'],
    [{ bip6: 'fd00::1/64' }, '--bip6 needs --ipv6'],
    [{ 'default-network-opts': { bridge: { mtu: 3 } } }, '--default-network-opt must be driver=option=value'],
    [{ 'host-gateway-ips': ['10.0.0.1', '10.0.0.2'] }, 'at most one IPv4 and one IPv6'],
    [{ 'host-gateway-ip': '10.0.0.1', 'host-gateway-ips': ['10.0.0.2'] }, 'must not both be specified'],
    [{ dns: ['here'] }, '--dns here is no IP address'],
    [{ proxies: { 'http-proxy': 'http://:x:' } }, '--http-proxy http://:x: is no URL'],
    [{ proxies: { colour: 'red' } }, "don't match any configuration option: colour"],
    [{ 'node-generic-resources': ['SSD=3', 'SSD=fast'] }, 'SSD has a number or names, not both'],
    [{ features: { cdi: 'yes' } }, '--feature must be name=true or name=false'],
    [{ 'seccomp-profile': '/no/such/profile.json' }, '--seccomp-profile /no/such/profile.json cannot be used'],
    [{ builder: { gc: { policy: [{ keepStorage: 'much' }] } } }, '--builder.gc.policy must be a size'],
    [{ 'max-download-attempts': -1 }, 'must be a whole number'],
    [{ hosts: ['ftp://x'] }, '--host ftp://x is not understood'],
    [{ 'api-cors-header': '*' }, 'it was removed from Docker'],
  ])('%j is refused: %s', (content, message) => expect(() => read(content)).toThrow(message));

  it('may give runtimes as well as flags do, and host-gateway-ip in its former form', () => {
    const config = read({ runtimes: { one: { path: '/bin/one' } }, 'host-gateway-ip': '10.0.0.1' }, '--add-runtime=two=/bin/two');
    expect(Object.keys(config.runtimes)).toEqual(['one', 'two']);
    expect(config.hostGatewayIps).toEqual(['10.0.0.1']);
  });

  it('says the same as flags', () => {
    const flags = ['--default-network-opt=bridge=a=b=c', '--default-network-opt=bridge=d=e', '--feature=cdi=false', '-s', 'vfs'];
    const config = read(
      {},
      ...flags,
      '--userland-proxy=false',
      '--shutdown-timeout=-1',
      '--host=:2375',
      '--host=tcp://[::1]',
      '--tls=false',
    );
    expect(config).toMatchObject({
      defaultNetworkOptions: { bridge: { a: 'b=c', d: 'e' } },
      features: { cdi: false },
      cdiSpecDirs: [],
      storageDriver: 'vfs',
      userlandProxy: false,
      shutdownTimeoutSeconds: -1,
      hosts: ['tcp://:2375', 'tcp://[::1]:2375'],
    });
  });
});

describe('proxies', () => {
  it('of the configuration win over those of the environment, in both spellings', () => {
    const environment: NodeJS.ProcessEnv = { HTTP_PROXY: 'http://old:1', NO_PROXY: 'kept' };
    useProxies({ http: undefined, https: undefined, none: undefined }, { NO_PROXY: 'x' });
    useProxies({ http: 'http://new:2', https: undefined, none: undefined }, environment);
    expect(environment).toEqual({ HTTP_PROXY: 'http://new:2', http_proxy: 'http://new:2', NO_PROXY: 'kept' });
  });
});

describe('a reload', () => {
  it('changes what Docker changes of containers, and leaves the rest', () => {
    const config = read({ 'no-new-privileges': true });
    const attributes = reload(config, read({ 'default-shm-size': '32m', 'default-ipc-mode': 'shareable', 'max-download-attempts': 2 }));
    expect(config.containers).toMatchObject({ shmSize: 32 * 2 ** 20, ipcMode: 'shareable', noNewPrivileges: true });
    expect(config.maxDownloadAttempts).toBe(2);
    expect(attributes).toMatchObject({
      'default-shm-size': String(32 * 2 ** 20),
      'default-ipc-mode': 'shareable',
      'max-download-attempts': '2',
      features: '{}',
    });
  });
});
