import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { DaemonConfig, PoolTemplate, TlsConfig, UserMapping } from '../../base/config.js';
import { invalidParameter } from '../../base/errors.js';
import { NATIVE_RUNTIME, resolveRuntime } from '../../base/runtime-name.js';
import { initProgram } from '../../libcontainer/programs.js';
import { buildCacheRulesOf } from './build-cache-rules.js';
import { containerDefaults } from './container-defaults.js';
import { defaultBridgeOf } from './default-bridge.js';
import { remappedUser } from './remapped-user.js';
import { featuresOf, genericResourcesOf, hostsOf, proxiesOf, seccompDefaultOf } from './engine-settings.js';
import type { Settings } from './flags.js';
import { idleFlags } from './idle-flags.js';
import { defaultNetworkOptionsOf, hostGatewaysOf, nameServersOf } from './network-defaults.js';
import { packetFilterOf } from './packet-filter.js';
import { oidcOf } from './oidc.js';
import { runtimesOf } from './runtimes.js';

const DATA_ROOT = '/var/lib/slipway';
const SOCKET = 'unix:///run/slipway.sock';
/** Names that dockerd has beside ours. */
const LEVELS: Readonly<Record<string, string>> = { panic: 'fatal', trace: 'debug' };

/** The daemon's configuration: what was said, and defaults for the rest. */
export function configure(settings: Settings): DaemonConfig {
  const text = (name: keyof Settings, fallback: string) => (settings[name] as string | undefined) ?? fallback;
  const list = (name: keyof Settings) => (settings[name] as readonly string[] | undefined) ?? [];
  const number = (name: keyof Settings, fallback: number) => (settings[name] as number | undefined) ?? fallback;
  const remapped = remappedUser(settings['userns-remap'] as string | undefined, settings.validate !== true);
  const given = resolve(text('data-root', DATA_ROOT));
  const own = suffix(given);
  const dashboard = text('dashboard', '127.0.0.1:9000');
  const runtimes = runtimesOf(settings['add-runtime']);
  const tls = tlsOf(settings);
  const features = featuresOf(settings.feature);
  const level = text('log-level', 'warn').toLowerCase();
  idleFlags(settings);
  return {
    dataRoot: rootOf(given, remapped),
    execRoot: resolve(text('exec-root', '/run/slipway')),
    pidfile: resolve(text('pidfile', '/run/slipway.pid')),
    hosts: hostsOf(list('host').length > 0 ? list('host') : [SOCKET], tls !== undefined, SOCKET),
    dashboard: dashboard === 'off' ? undefined : dashboard,
    dashboardNames: list('dashboard-name'),
    bridge: checkLink(text('bridge', `slipway0${own}`.slice(0, 15))),
    bip: settings.bip as string | undefined,
    defaultBridge: defaultBridgeOf(settings),
    packetFilter: packetFilterOf(settings),
    userlandProxy: settings['userland-proxy'] !== false,
    hostGatewayIps: hostGatewaysOf(list('host-gateway-ip')),
    defaultNetworkOptions: defaultNetworkOptionsOf(settings['default-network-opt']),
    defaultAddressPools: (settings['default-address-pool'] as readonly PoolTemplate[] | undefined) ?? [],
    nftablesTable: `slipway${own}`,
    cgroupParent: text('cgroup-parent', `/slipway${own}`),
    group: text('group', 'docker'),
    debug: settings.debug === true,
    logLevel: oneOf('log-level', LEVELS[level] ?? level, ['debug', 'info', 'warn', 'error', 'fatal']),
    logFormat: oneOf('log-format', text('log-format', 'text'), ['text', 'json']),
    rawLogs: settings['raw-logs'] === true,
    metricsAddress: settings['metrics-addr'] as string | undefined,
    labels: checkLabels(list('label')),
    insecureRegistries: list('insecure-registry'),
    registryMirrors: list('registry-mirror'),
    dns: nameServersOf(list('dns')),
    dnsSearch: list('dns-search'),
    dnsOptions: list('dns-opt'),
    // 0 is the default, as in dockerd.
    maxConcurrentDownloads: number('max-concurrent-downloads', 0) || 3,
    maxConcurrentUploads: number('max-concurrent-uploads', 0) || 5,
    maxDownloadAttempts: number('max-download-attempts', 0) || 5,
    proxies: proxiesOf(settings),
    storageDriver: oneOf('storage-driver', text('storage-driver', '') || 'overlay2', ['overlay2', 'vfs']),
    features,
    experimental: settings.experimental === true,
    genericResources: genericResourcesOf(list('node-generic-resource')),
    buildCacheRules: buildCacheRulesOf(settings.builder, given),
    shutdownTimeoutSeconds: number('shutdown-timeout', 15),
    liveRestore: settings['live-restore'] !== false,
    cdiSpecDirs: features['cdi'] === false ? [] : list('cdi-spec-dir').length > 0 ? list('cdi-spec-dir') : ['/etc/cdi', '/var/run/cdi'],
    logDriver: text('log-driver', 'json-file'),
    logOptions: (settings['log-opt'] as Record<string, string> | undefined) ?? {},
    init: settings.init === true,
    initPath: resolve(text('init-path', initProgram)),
    runtimes,
    defaultRuntime: knownRuntime(text('default-runtime', NATIVE_RUNTIME), runtimes),
    seccomp: seccompDefaultOf(text('seccomp-profile', 'builtin')),
    containers: containerDefaults(settings),
    remappedUser: remapped,
    tls,
    oidc: oidcOf(settings),
  };
}

/** Files of a remapped user are of no use to others: they have a folder of their own. */
function rootOf(dataRoot: string, remapped: UserMapping | undefined): string {
  return remapped === undefined ? dataRoot : join(dataRoot, `${remapped.uid}.${remapped.gid}`);
}

/** Daemons with other roots get links, tables and cgroups of their own: the default one has the plain names. */
function suffix(dataRoot: string): string {
  return dataRoot === DATA_ROOT ? '' : `-${createHash('sha256').update(dataRoot).digest('hex').slice(0, 6)}`;
}

function oneOf<Choice extends string>(name: string, value: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((each) => each === value);
  if (choice === undefined) throw invalidParameter(`--${name} must be one of ${choices.join(', ')}, not ${value}`);
  return choice;
}

/** Labels are key=value, and a key has one value. */
function checkLabels(labels: readonly string[]): readonly string[] {
  const values = new Map<string, string>();
  for (const label of labels) {
    const [, key = '', value = ''] = /^([^=]+)=(.*)$/s.exec(label) ?? [];
    if (key === '') throw invalidParameter(`--label must be key=value, not ${label}`);
    if (values.has(key) && values.get(key) !== value)
      throw invalidParameter(`conflict labels for ${key}=${value} and ${key}=${values.get(key)}`);
    values.set(key, value);
  }
  return [...values].map(([key, value]) => `${key}=${value}`);
}

/** The kernel's limit on names of links (IFNAMSIZ) is 15 characters. */
function checkLink(name: string): string {
  if (!/^[\w.-]{1,15}$/.test(name))
    throw invalidParameter(`--bridge ${name} cannot be a link's name: use 1 to 15 letters, digits, '.', '-' or '_'`);
  return name;
}

function knownRuntime(name: string, runtimes: DaemonConfig['runtimes']): string {
  const known = resolveRuntime(name, { runtimes, defaultRuntime: NATIVE_RUNTIME });
  if (known === undefined) throw invalidParameter(`specified default runtime '${name}' does not exist`);
  return known;
}

function tlsOf(settings: Settings): TlsConfig | undefined {
  const verify = settings.tlsverify === true;
  if (!verify && settings.tls !== true) return undefined;
  const { tlscert: cert, tlskey: key, tlscacert: ca } = settings as Record<string, string | undefined>;
  if (!cert || !key || (verify && !ca)) throw invalidParameter(`TLS needs --tlscert and --tlskey${verify ? ' and --tlscacert' : ''}`);
  return { ca, cert, key, verify };
}
