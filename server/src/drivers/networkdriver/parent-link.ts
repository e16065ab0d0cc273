import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { invalidParameter, notImplemented } from '../../base/errors.js';
import { network as native } from '../../libcontainer/index.js';
import type { NetworkSpec } from './driver.js';

/** Says on a link of the host that it is ours, to be removed with its network. */
const MARK = 'slipway';

/** The link of the host that a macvlan or ipvlan network shares: the one that was asked for, or one that leads nowhere. */
export function parentOf({ id, options }: NetworkSpec): string {
  return options['parent'] || `dm-${id.slice(0, 12)}`;
}

/** Checks the name of a parent that was asked for. @throws InvalidParameter */
export function checkParent({ options }: NetworkSpec): void {
  const parent = options['parent'];
  if (parent === undefined || parent === '') return;
  if (parent === 'lo') throw invalidParameter('invalid parent interface lo: the loopback cannot be shared');
  if (existsSync(`/sys/class/net/${parent}`)) return;
  const { link, id } = vlanOf(parent) ?? {};
  if (!link || !id || id < 1 || id > 4094 || parent.length > 15 || !existsSync(`/sys/class/net/${link}`))
    throw invalidParameter(`invalid parent interface ${parent}: no such link on this host; NAME.1 to NAME.4094 makes a VLAN of link NAME`);
}

/** Makes the parent where it is missing: a VLAN for NAME.ID, or a link that leads nowhere. */
export async function ensureParent(network: NetworkSpec): Promise<void> {
  const name = parentOf(network);
  if (existsSync(`/sys/class/net/${name}`)) return;
  const vlan = network.options['parent'] ? vlanOf(name) : undefined;
  try {
    await (vlan ? native.createVlan(name, vlan.link, vlan.id) : native.createDummy(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EOPNOTSUPP') throw error;
    throw notImplemented(
      `this host's kernel has no ${vlan ? 'VLANs (module 8021q)' : 'dummy links (module dummy): name a parent interface'}`,
      error,
    );
  }
  await writeFile(aliasOf(name), MARK);
}

/** Removes the parent when `ensureParent` made it. */
export async function removeParent(network: NetworkSpec): Promise<void> {
  const name = parentOf(network);
  if ((await readAlias(name)) === MARK) await native.removeLink(name);
}

function vlanOf(name: string): { link: string; id: number } | undefined {
  const match = /^(.+)\.(\d+)$/.exec(name);
  return match ? { link: match[1] as string, id: Number(match[2]) } : undefined;
}

function aliasOf(name: string): string {
  return `/sys/class/net/${name}/ifalias`;
}

async function readAlias(name: string): Promise<string> {
  try {
    return (await readFile(aliasOf(name), 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
