import { invalidParameter } from '../../base/errors.js';
import type { Flag } from './flag.js';

/** A flag of dockerd's about something that is not here. */
interface IdleFlag extends Flag {
  /** Why it has no effect, or why only `only` can be had. */
  readonly why: string;
  /** The values that can be had; undefined takes any. */
  readonly only?: (value: unknown) => boolean;
}

const NO_CONTAINERD = 'there is no containerd underneath';
const NO_SWARM = 'there is no swarm here';
const isOff = (value: unknown) => value === false;
const isEmpty = (value: unknown) => Array.isArray(value) && value.length === 0;
const isZero = (value: unknown) => value === 0;
const help = (text: string) => `${text} (dockerd's; see the README)`;

/** Of dockerd's flags those that have nothing to do here, so that its configuration files can be used as they are. */
export const IDLE_FLAGS = {
  containerd: { kind: 'string', help: help('Address of containerd'), why: NO_CONTAINERD },
  'containerd-namespace': { kind: 'string', help: help('Namespace in containerd'), why: NO_CONTAINERD },
  'containerd-plugins-namespace': { kind: 'string', help: help('Namespace of plugins in containerd'), why: NO_CONTAINERD },
  'cri-containerd': { kind: 'boolean', help: help('Start containerd with CRI'), why: NO_CONTAINERD },
  'nri-opts': { kind: 'free', help: help('Node Resource Interface'), why: NO_CONTAINERD },
  'network-control-plane-mtu': { kind: 'number', help: help('MTU of the control plane'), why: NO_SWARM },
  'network-diagnostic-port': { kind: 'number', help: help('Port of the network diagnosis'), why: NO_SWARM },
  'swarm-default-advertise-addr': { kind: 'string', help: help('Address told to a swarm'), why: NO_SWARM },
  'userland-proxy-path': { kind: 'string', help: help('Program of the userland proxy'), why: 'the daemon passes connections on itself' },
  'allow-nondistributable-artifacts': {
    kind: 'strings',
    help: help('Registries that get foreign layers'),
    why: 'all layers are pushed, as in Docker since 28',
  },
  'deprecated-key-path': { kind: 'string', help: help('Key of the trust service'), why: 'no such key is used any more' },
  restart: { kind: 'boolean', short: 'r', help: help('Restart containers'), why: 'containers have restart policies' },
  'storage-opt': {
    kind: 'strings',
    file: 'storage-opts',
    help: help('Options of the storage driver'),
    why: 'the storage drivers have no options here',
    only: isEmpty,
  },
  'selinux-enabled': { kind: 'boolean', help: help('SELinux'), why: 'containers are not labelled for SELinux here', only: isOff },
  rootless: { kind: 'boolean', help: help('Rootless mode'), why: 'an ordinary user starts the daemon by slipwayd-rootless', only: isOff },
  'authorization-plugin': {
    kind: 'strings',
    file: 'authorization-plugins',
    help: help('Authorization plugins'),
    why: 'nobody would ask them here',
    only: isEmpty,
  },
  'firewall-backend': {
    kind: 'string',
    help: help('Firewall: nftables'),
    why: 'rules are made with nftables',
    only: (value) => value === '' || value === 'nftables',
  },
  'exec-opt': {
    kind: 'strings',
    file: 'exec-opts',
    help: help('native.cgroupdriver=cgroupfs'),
    why: 'the daemon makes the cgroups itself, so that only native.cgroupdriver=cgroupfs can be had',
    only: (value) => (value as string[]).every((option) => /^native\.cgroupdriver\s*=\s*cgroupfs$/i.test(option.trim())),
  },
  'cpu-rt-period': {
    kind: 'number',
    help: help('Real-time period'),
    why: 'real-time limits are not set for all containers here',
    only: isZero,
  },
  'cpu-rt-runtime': {
    kind: 'number',
    help: help('Real-time limit'),
    why: 'real-time limits are not set for all containers here',
    only: isZero,
  },
  'api-cors-header': {
    kind: 'string',
    help: help('CORS'),
    why: 'it was removed from Docker: use a reverse proxy if you need CORS headers',
    only: (value) => value === '',
  },
  'oom-score-adjust': {
    kind: 'number',
    help: help('OOM score'),
    why: 'it was removed from Docker: write OOMScoreAdjust= into the systemd unit',
    only: isZero,
  },
} as const satisfies Record<string, IdleFlag>;

/**
 * Looks at the flags that have nothing to do.
 * @returns a sentence for each that was given in vain
 * @throws InvalidParameter where what was asked for cannot be left undone
 */
export function idleFlags(settings: Readonly<Record<string, unknown>>): string[] {
  return Object.entries<IdleFlag>(IDLE_FLAGS).flatMap(([name, { why, only }]) => {
    const value = settings[name];
    if (value === undefined) return [];
    if (only === undefined) return [`--${name} has no effect: ${why}`];
    if (only(value)) return [];
    throw invalidParameter(`--${name} ${JSON.stringify(value)} cannot be had: ${why}`);
  });
}
