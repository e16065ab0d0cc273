import { stat } from 'node:fs/promises';
import { systemError } from '../../base/errors.js';
import { deviceNumbers } from '../oci-spec/device-numbers.js';
import type { CdiDeviceNode, CdiEdits } from './spec.js';

/** The parts of an OCI runtime spec that devices change. */
export interface EditableSpec {
  readonly process: { readonly env: string[]; readonly user: { readonly additionalGids: number[] } };
  readonly mounts: object[];
  readonly linux: { readonly devices: object[]; readonly resources: { readonly devices: object[] } };
  hooks?: Record<string, object[]>;
}

/** Makes the edits in a container's spec. @throws System for a device file that is not there */
export async function inject(spec: EditableSpec, edits: readonly CdiEdits[]): Promise<void> {
  for (const { env = [], deviceNodes = [], mounts = [], hooks = [], additionalGids = [] } of edits) {
    for (const entry of env) setVariable(spec.process.env, entry);
    for (const node of deviceNodes) await addDevice(spec, node);
    for (const { hostPath, containerPath, options = ['ro', 'nosuid', 'nodev', 'bind'], type = 'bind' } of mounts) {
      spec.mounts.push({ destination: containerPath, source: hostPath, type, options });
    }
    for (const { hookName, ...hook } of hooks) ((spec.hooks ??= {})[hookName] ??= []).push(hook);
    spec.process.user.additionalGids.push(...additionalGids.filter((gid) => !spec.process.user.additionalGids.includes(gid)));
  }
}

function setVariable(env: string[], entry: string): void {
  const name = entry.slice(0, entry.indexOf('=') + 1);
  const index = env.findIndex((existing) => existing.startsWith(name));
  if (index < 0) env.push(entry);
  else env[index] = entry;
}

async function addDevice(spec: EditableSpec, node: CdiDeviceNode): Promise<void> {
  const { type, major, minor, mode, uid, gid } = await lookUp(node);
  const { path, fileMode = mode, permissions = 'rwm' } = node;
  spec.linux.devices.push({ path, type, major, minor, fileMode, uid: node.uid ?? uid, gid: node.gid ?? gid });
  if (type !== 'p') spec.linux.resources.devices.push({ allow: true, type, major, minor, access: permissions });
}

async function lookUp({ path, hostPath = path, type, major, minor, uid = 0, gid = 0 }: CdiDeviceNode) {
  if (type !== undefined && major !== undefined && minor !== undefined) {
    return { type: type === 'u' ? 'c' : type, major, minor, mode: 0o666, uid, gid };
  }
  const stats = await stat(hostPath).catch((error: unknown) => {
    throw systemError(`CDI device injection failed: the device ${hostPath} is not on this host`, error);
  });
  const kind = stats.isBlockDevice() ? 'b' : stats.isCharacterDevice() ? 'c' : 'p';
  return { type: kind, ...deviceNumbers(stats.rdev), mode: stats.mode & 0o777, uid: stats.uid, gid: stats.gid };
}
