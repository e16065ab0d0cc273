import { KindError, kindOf, messageOf, notFound } from '../../../base/errors.js';
import type { VolumeDriver } from '../driver.js';
import type { PluginDrivers } from '../drivers.js';
import { PluginClient } from './client.js';
import { findPlugin, PLUGIN_FOLDERS, pluginNames, type PluginAddress, type PluginFolders } from './discovery.js';
import { PluginDriver } from './driver.js';

/** Milliseconds for a plugin to say what it is. */
const ACTIVATION = 30_000;

interface Activated {
  readonly address: string;
  /** undefined when the plugin is for something else. */
  readonly driver: VolumeDriver | undefined;
}

/** Volume plugins, found in Docker's folders when they are asked for and greeted once for each address. */
export class VolumePlugins implements PluginDrivers {
  private readonly activated = new Map<string, Promise<Activated>>();

  constructor(private readonly folders: PluginFolders = PLUGIN_FOLDERS) {}

  names(): Promise<string[]> {
    return pluginNames(this.folders);
  }

  async get(name: string): Promise<VolumeDriver> {
    const missing = `error looking up volume plugin ${name}: plugin "${name}" not found`;
    try {
      const driver = await this.find(name);
      if (driver) return driver;
    } catch (error) {
      throw new KindError(kindOf(error), `error looking up volume plugin ${name}: ${messageOf(error)}`, { cause: error });
    }
    throw notFound(missing);
  }

  async find(name: string): Promise<VolumeDriver | undefined> {
    const plugin = await findPlugin(this.folders, name);
    if (!plugin) return undefined;
    let known = this.activated.get(name);
    if ((await known?.catch(() => undefined))?.address !== plugin.address) {
      known = activate(plugin);
      this.activated.set(name, known);
    }
    return (await known)?.driver;
  }
}

async function activate(plugin: PluginAddress): Promise<Activated> {
  const client = new PluginClient(plugin);
  const { Implements = [] } = await client.call<{ Implements?: string[] }>('Plugin.Activate', undefined, ACTIVATION);
  return { address: plugin.address, driver: Implements.includes('VolumeDriver') ? await PluginDriver.of(client) : undefined };
}
