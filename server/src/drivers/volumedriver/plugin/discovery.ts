import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { systemError } from '../../../base/errors.js';

/** Where a plugin answers. */
export interface PluginAddress {
  readonly name: string;
  /** unix:///path, tcp://host:port, http:// or https://. */
  readonly address: string;
  /** Files of TLS, from a .json specification. */
  readonly tls?: { readonly insecure: boolean; readonly ca?: string; readonly cert?: string; readonly key?: string };
}

/** Folders in which plugins put their sockets, and in which others tell where plugins are. */
export interface PluginFolders {
  readonly sockets: string;
  readonly specifications: readonly string[];
}

export const PLUGIN_FOLDERS: PluginFolders = {
  sockets: '/run/docker/plugins',
  specifications: ['/etc/docker/plugins', '/usr/lib/docker/plugins'],
};

/** Names of all plugins that can be found, whether they answer or not. */
export async function pluginNames({ sockets, specifications }: PluginFolders): Promise<string[]> {
  const names = new Set<string>();
  for (const entry of await entries(sockets)) names.add(entry.replace(/\.sock$/, ''));
  for (const folder of specifications) {
    for (const entry of await entries(folder)) if (/\.(spec|json)$/.test(entry)) names.add(entry.replace(/\.(spec|json)$/, ''));
  }
  return [...names].toSorted();
}

/**
 * Finds a plugin by name: NAME.sock or NAME/NAME.sock first, then NAME.spec (an address) or NAME.json in the folders for those.
 * @throws System for a specification that cannot be read
 */
export async function findPlugin({ sockets, specifications }: PluginFolders, name: string): Promise<PluginAddress | undefined> {
  if (basename(name) !== name || name.startsWith('.')) return undefined;
  for (const path of [join(sockets, `${name}.sock`), join(sockets, name, `${name}.sock`)]) {
    const stats = await stat(path).catch(() => undefined);
    if (stats?.isSocket()) return { name, address: `unix://${path}` };
  }
  for (const folder of specifications) {
    const line = await text(join(folder, `${name}.spec`));
    if (line !== undefined) return checked({ name, address: line.trim() }, join(folder, `${name}.spec`));
    const json = await text(join(folder, `${name}.json`));
    if (json !== undefined) return parse(name, json, join(folder, `${name}.json`));
  }
  return undefined;
}

function parse(name: string, json: string, path: string): PluginAddress {
  try {
    const { Addr, TLSConfig } = JSON.parse(json) as { Addr: string; TLSConfig?: Record<string, unknown> };
    if (!TLSConfig) return checked({ name, address: Addr }, path);
    const { InsecureSkipVerify, CAFile, CertFile, KeyFile } = TLSConfig as Record<string, string | undefined>;
    const tls = { insecure: Boolean(InsecureSkipVerify), ...(CAFile && { ca: CAFile }), ...(CertFile && { cert: CertFile }) };
    return checked({ name, address: Addr, tls: { ...tls, ...(KeyFile && { key: KeyFile }) } }, path);
  } catch (error) {
    throw systemError(`cannot read the plugin specification ${path}: ${(error as Error).message}`, error);
  }
}

function checked(plugin: PluginAddress, path: string): PluginAddress {
  if (/^(unix:\/\/\/|tcp:\/\/|https?:\/\/)./.test(plugin.address ?? '')) return plugin;
  throw systemError(`the plugin specification ${path} names no address such as unix:///path or tcp://host:port`);
}

async function entries(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

async function text(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
