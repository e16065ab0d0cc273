import type { DeviceMapping, HostConfig } from '../../api/generated/types.gen.js';
import { invalidParameter } from '../../base/errors.js';
import { lstat, readdir, realpath } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { deviceNumbers } from './device-numbers.js';

/** A node of the spec's `linux.devices`. */
export interface DeviceNode {
  readonly path: string;
  readonly type: 'c' | 'b';
  readonly major: number;
  readonly minor: number;
  readonly fileMode: number;
  readonly uid: number;
  readonly gid: number;
}

/** A rule of `linux.resources.devices`. */
export interface DeviceRule {
  readonly allow: boolean;
  readonly type: string;
  readonly major?: number;
  readonly minor?: number;
  readonly access: string;
}

const character = (major: number, minor: number | undefined, access = 'rwm'): DeviceRule => ({
  allow: true,
  type: 'c',
  major,
  ...(minor !== undefined && { minor }),
  access,
});

/** First everything is denied; then come the devices that every container has, and the right to make (not to open) any node. */
const DEFAULT_RULES: readonly DeviceRule[] = [
  { allow: false, type: 'a', access: 'rwm' },
  { allow: true, type: 'c', access: 'm' },
  { allow: true, type: 'b', access: 'm' },
  ...[3, 5, 7, 8, 9].map((minor) => character(1, minor)),
  ...[0, 1, 2].map((minor) => character(5, minor)),
  character(136, undefined),
  character(10, 200),
  { allow: false, type: 'c', major: 10, minor: 229, access: 'rwm' },
];

/** The device nodes and cgroup rules of a container. @throws InvalidParameter, System for a host path that is no device */
export async function devicesSection(hostConfig: HostConfig): Promise<{ nodes: DeviceNode[]; rules: DeviceRule[] }> {
  if (hostConfig.Privileged) {
    return { nodes: await hostDevices('/dev'), rules: [{ allow: true, type: 'a', access: 'rwm' }] };
  }
  const nodes: DeviceNode[] = [];
  const rules = [...DEFAULT_RULES];
  for (const mapping of hostConfig.Devices ?? []) {
    const access = mapping.CgroupPermissions || 'rwm';
    if (!/^[rwm]{1,3}$/.test(access)) throw invalidParameter(`invalid device mode: ${access}`);
    for (const node of await mapped(mapping)) {
      nodes.push(node);
      rules.push({ allow: true, type: node.type, major: node.major, minor: node.minor, access });
    }
  }
  for (const rule of hostConfig.DeviceCgroupRules ?? []) rules.push(parseRule(rule));
  return { nodes, rules };
}

async function mapped({ PathOnHost = '', PathInContainer }: DeviceMapping): Promise<DeviceNode[]> {
  const target = PathInContainer || PathOnHost;
  try {
    const source = await realpath(PathOnHost);
    const stats = await lstat(source);
    const node = toNode(target, stats);
    if (node) return [node];
    if (stats.isDirectory())
      return (await hostDevices(source)).map((found) => ({ ...found, path: target + found.path.slice(source.length) }));
  } catch (error) {
    throw invalidParameter(
      `error gathering device information while adding custom device "${PathOnHost}": no such file or directory`,
      error,
    );
  }
  throw invalidParameter(`error gathering device information while adding custom device "${PathOnHost}": not a device node`);
}

/** Folders of /dev that a container has of its own. */
const OWN = new Set(['pts', 'shm', 'fd', 'mqueue', '.lxc', '.lxd-mounts', '.udev', 'console', 'ptmx']);

async function hostDevices(folder: string): Promise<DeviceNode[]> {
  const nodes: DeviceNode[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (OWN.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) nodes.push(...(await hostDevices(path)));
    else if (entry.isCharacterDevice() || entry.isBlockDevice()) nodes.push(...asList(toNode(path, await lstat(path))));
  }
  return nodes;
}

function asList<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}

function toNode(path: string, stats: Stats): DeviceNode | undefined {
  if (!stats.isCharacterDevice() && !stats.isBlockDevice()) return undefined;
  const { mode, uid, gid, rdev } = stats;
  return { path, type: stats.isBlockDevice() ? 'b' : 'c', ...deviceNumbers(rdev), fileMode: mode & 0o777, uid, gid };
}

/** A rule as the kernel's devices cgroup writes it: `c 10:* rwm`. */
function parseRule(text: string): DeviceRule {
  const match = /^([acb]) (\d+|\*):(\d+|\*) ([rwm]{1,3})$/.exec(text);
  if (!match) throw invalidParameter(`invalid device cgroup rule format: '${text}'`);
  const [, type = 'a', major = '*', minor = '*', access = 'rwm'] = match;
  return { allow: true, type, ...(major !== '*' && { major: Number(major) }), ...(minor !== '*' && { minor: Number(minor) }), access };
}
