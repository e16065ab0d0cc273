import { messageOf } from '../../base/errors.js';
import type { OpenPlace, VolumeDriver, VolumeDrivers } from './driver.js';
import { openPlace } from './open-place.js';

/** Where the drivers of plugins come from. */
export interface PluginDrivers {
  /** Names of the plugins there are; not every one need be a volume driver. */
  names(): Promise<string[]>;
  /** @throws NotFound when there is no such plugin or it is none for volumes, System when it does not answer */
  get(name: string): Promise<VolumeDriver>;
  /** The driver, or undefined when the plugin is for something else. @throws System */
  find(name: string): Promise<VolumeDriver | undefined>;
}

/** The drivers built in, and beside them those of plugins. */
export class InstalledDrivers implements VolumeDrivers {
  constructor(
    private readonly builtIn: readonly VolumeDriver[],
    private readonly plugins: PluginDrivers,
  ) {}

  async names(): Promise<string[]> {
    const { drivers } = await this.others();
    return [...this.builtIn, ...drivers].map(({ name }) => name);
  }

  async get(name: string): Promise<VolumeDriver> {
    return this.builtIn.find((driver) => driver.name === name) ?? this.plugins.get(name);
  }

  openPlace(folder: string, subpath: string): Promise<OpenPlace> {
    return openPlace(folder, subpath);
  }

  async others(): Promise<{ drivers: VolumeDriver[]; warnings: string[] }> {
    const names = await this.plugins.names();
    const found = await Promise.allSettled(names.map((name) => this.plugins.find(name)));
    return {
      drivers: found.flatMap((result) => (result.status === 'fulfilled' && result.value ? [result.value] : [])),
      warnings: found.flatMap((result) => (result.status === 'rejected' ? [messageOf(result.reason)] : [])),
    };
  }
}
