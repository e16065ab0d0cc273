import { parseArgs } from 'node:util';
import type { PoolTemplate } from '../../base/config.js';
import { invalidParameter, messageOf } from '../../base/errors.js';
import { readPools } from './address-pools.js';
import type { Flag, Kind } from './flag.js';
import { IDLE_FLAGS } from './idle-flags.js';
import { NETWORK_FLAGS } from './network-flags.js';

/** Every flag of the daemon: dockerd's own names and ours. */
export const FLAGS = {
  host: {
    kind: 'strings',
    short: 'H',
    file: 'hosts',
    help: 'Socket to listen on: unix:///path, tcp://address:port or fd:// of systemd; repeatable',
  },
  dashboard: { kind: 'string', help: 'address:port of the dashboard, or "off"' },
  'dashboard-name': {
    kind: 'strings',
    file: 'dashboard-names',
    help: 'Further host name under which browsers reach the dashboard; repeatable',
  },
  'data-root': { kind: 'string', help: 'Where images, containers and volumes are kept' },
  'exec-root': { kind: 'string', help: 'Where sockets and state of this boot are kept' },
  pidfile: { kind: 'string', short: 'p', help: 'File to write the process ID to' },
  'config-file': { kind: 'string', help: 'JSON file with these settings' },
  ...NETWORK_FLAGS,
  'cgroup-parent': { kind: 'string', help: "Parent of the containers' cgroups" },
  group: { kind: 'string', short: 'G', help: 'Group that may use the unix socket' },
  debug: { kind: 'boolean', short: 'D', help: 'Tell more' },
  label: { kind: 'strings', file: 'labels', help: 'key=value label of the daemon; repeatable' },
  'insecure-registry': {
    kind: 'strings',
    file: 'insecure-registries',
    help: 'Registry to use without checking its certificate; repeatable',
  },
  'registry-mirror': { kind: 'strings', file: 'registry-mirrors', help: 'Mirror of the public registry; repeatable' },
  'max-concurrent-downloads': { kind: 'number', help: 'Layers pulled at a time' },
  'max-concurrent-uploads': { kind: 'number', help: 'Layers pushed at a time' },
  'max-download-attempts': { kind: 'number', help: 'Tries for what a registry does not give' },
  'http-proxy': { kind: 'string', help: 'Proxy for http:// of registries and downloads, instead of HTTP_PROXY of the environment' },
  'https-proxy': { kind: 'string', help: 'Proxy for https://, instead of HTTPS_PROXY' },
  'no-proxy': { kind: 'string', help: 'Hosts that are reached without a proxy, separated by commas, instead of NO_PROXY' },
  'storage-driver': { kind: 'string', short: 's', help: 'How layers are kept: overlay2 (default) or vfs' },
  feature: { kind: 'free', file: 'features', help: 'name=true or name=false of a feature: cdi; repeatable' },
  experimental: { kind: 'boolean', help: 'Tell clients that experimental features are on: docker build --squash' },
  'node-generic-resource': {
    kind: 'strings',
    file: 'node-generic-resources',
    help: 'kind=number or kind=name of a resource to show in docker info; repeatable',
  },
  builder: { kind: 'free', help: 'In the file only: {"gc": {"enabled", "defaultKeepStorage", "policy"}} of the build cache' },
  'shutdown-timeout': { kind: 'integer', help: 'Seconds to let containers end at shutdown; -1 waits for ever' },
  'live-restore': { kind: 'boolean', help: 'Leave containers running when the daemon ends (default; --live-restore=false stops them)' },
  'cdi-spec-dir': { kind: 'strings', file: 'cdi-spec-dirs', help: 'Folder of CDI specs, which say what devices need; repeatable' },
  'default-ulimit': { kind: 'objects', file: 'default-ulimits', help: 'name=soft:hard limit of containers; repeatable' },
  'default-shm-size': { kind: 'string', help: 'Size of /dev/shm in containers, such as 64m' },
  'default-ipc-mode': { kind: 'string', help: 'IPC namespace of containers: private or shareable' },
  'default-cgroupns-mode': { kind: 'string', help: 'Cgroup namespace of containers: private or host' },
  'userns-remap': { kind: 'string', help: 'Run containers with the subordinate IDs of "default", user, user:group or uid:gid' },
  'seccomp-profile': { kind: 'string', help: 'Seccomp profile of containers that name none: a file, builtin or unconfined' },
  'no-new-privileges': { kind: 'boolean', help: 'Let no process of a container gain privileges, unless it says otherwise' },
  'log-driver': { kind: 'string', help: 'Log driver of containers that name none' },
  'log-opt': { kind: 'pairs', file: 'log-opts', help: 'key=value option of the log driver; repeatable' },
  'add-runtime': { kind: 'objects', file: 'runtimes', help: 'name=path of an OCI runtime for containers to choose; repeatable' },
  'default-runtime': { kind: 'string', help: 'Runtime of containers that name none' },
  init: { kind: 'boolean', help: 'Run an init in containers that do not say otherwise: it forwards signals and reaps processes' },
  'init-path': { kind: 'string', help: 'Program to use as that init instead of our own' },
  tls: { kind: 'boolean', help: 'Use TLS on tcp:// sockets' },
  tlsverify: { kind: 'boolean', help: 'Use TLS and ask clients for a certificate' },
  tlscacert: { kind: 'string', help: "Certificate that clients' certificates are signed by" },
  tlscert: { kind: 'string', help: "The daemon's certificate" },
  tlskey: { kind: 'string', help: "The daemon's key" },
  'oidc-issuer': { kind: 'string', help: 'Address of the OpenID provider at which people sign in' },
  'oidc-client-id': { kind: 'string', help: 'What the provider knows this daemon as' },
  'oidc-client-secret-file': { kind: 'string', help: "File with the client's secret" },
  'oidc-name': { kind: 'string', help: 'What the provider is called on the sign-in page' },
  'oidc-groups-claim': { kind: 'string', help: 'Claim that has the groups of a person (groups)' },
  'oidc-role': {
    kind: 'pairs',
    file: 'oidc-roles',
    help: 'GROUP=ROLE or GROUP=ROLE@PROJECT, several with commas; the group * is everybody; repeatable',
  },
  'log-level': { kind: 'string', short: 'l', help: 'What the daemon tells: debug, info, warn, error or fatal' },
  'log-format': { kind: 'string', help: 'Form of what it tells: text or json' },
  'raw-logs': { kind: 'boolean', help: 'Tell it without colours' },
  'metrics-addr': { kind: 'string', help: 'address:port on which /metrics is served for Prometheus' },
  'repair-database': { kind: 'boolean', help: 'Save what can be read of a damaged database of the data root, and end' },
  validate: { kind: 'boolean', help: 'Check the flags and the configuration file, and end' },
  ...IDLE_FLAGS,
  help: { kind: 'boolean', help: 'Print this and end' },
  version: { kind: 'boolean', short: 'v', help: 'Print the version and end' },
} as const satisfies Record<string, Flag>;

export type FlagName = keyof typeof FLAGS;

/** Values as given: strings, booleans, lists; undefined where nothing was said. */
export type Settings = {
  readonly [Name in FlagName]?: string | boolean | number | readonly string[] | Readonly<Record<string, string>> | readonly PoolTemplate[];
};

/** What `--help` prints. */
export function usage(): string {
  const rows = Object.entries<Flag>(FLAGS).map(
    ([name, { short, help }]) => `  ${short ? `-${short}, ` : '    '}--${name.padEnd(26)}${help}`,
  );
  return ['Usage: slipwayd [flags]', '', ...rows].join('\n');
}

/** Those that can be given several times. */
const LISTS: readonly Kind[] = ['strings', 'pairs', 'objects', 'pools', 'free'];

/** Reads the command line. @throws InvalidParameter naming the flag */
export function readFlags(argv: readonly string[]): Settings {
  const options = Object.fromEntries(
    Object.entries<Flag>(FLAGS).map(([name, { kind, short }]) => [
      name,
      {
        type: kind === 'boolean' ? ('boolean' as const) : ('string' as const),
        multiple: LISTS.includes(kind),
        ...(short ? { short } : {}),
      },
    ]),
  );
  const booleans: Record<string, boolean> = {};
  const rest = argv.filter((argument) => !takeBoolean(argument, booleans));
  try {
    const { values } = parseArgs({ args: rest, options, strict: true });
    const given = { ...values, ...booleans };
    return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, convert(name as FlagName, value)]));
  } catch (error) {
    throw invalidParameter(`${messageOf(error)} (see --help)`, error);
  }
}

/** Takes `--debug=false`, which parseArgs does not know, and `--no-new-privileges`, which it would take for a denial. */
function takeBoolean(argument: string, booleans: Record<string, boolean>): boolean {
  const [, name = '', value = 'true'] = /^--([\w-]+)(?:=(true|false|1|0))?$/.exec(argument) ?? [];
  if ((FLAGS as Record<string, Flag>)[name]?.kind !== 'boolean') return false;
  booleans[name] = value === 'true' || value === '1';
  return true;
}

/** Brings a value as it was written into its flag's form. @throws InvalidParameter */
export function convert(name: FlagName, value: unknown): Settings[FlagName] {
  const kind: Kind = FLAGS[name].kind;
  const wrong = (wanted: string) => invalidParameter(`--${name} must be ${wanted}, not ${JSON.stringify(value)}`);
  if (kind === 'number' || kind === 'integer') {
    const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
    if (!Number.isInteger(number) || (kind === 'number' && number < 0)) throw wrong('a whole number');
    return number;
  }
  if (kind === 'free') return value as Settings[FlagName];
  if (kind === 'strings') {
    if (!Array.isArray(value) || value.some((item) => typeof item !== 'string')) throw wrong('a list of strings');
    return value as string[];
  }
  if (kind === 'pools') return readPools(name, value);
  if (kind === 'pairs' || kind === 'objects') {
    if (Array.isArray(value)) return Object.fromEntries(value.map((pair) => pairOf(name, pair)));
    if (typeof value !== 'object' || value === null) throw wrong('an object');
    if (kind === 'pairs' && Object.values(value).some((item) => typeof item !== 'string')) throw wrong('an object of strings');
    return value as Record<string, string>;
  }
  if (typeof value !== kind) throw wrong(`a ${kind}`);
  return value as string | boolean;
}

function pairOf(name: string, pair: string): [string, string] {
  const cut = pair.indexOf('=');
  if (cut < 1) throw invalidParameter(`--${name} must be key=value, not ${pair}`);
  return [pair.slice(0, cut), pair.slice(cut + 1)];
}
