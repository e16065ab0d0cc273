import { messageOf, systemError } from '../../../base/errors.js';
import type { FoundVolume, StoredVolume, VolumeDriver } from '../driver.js';
import type { PluginClient } from './client.js';

/** Milliseconds for what may have to reach a storage server, and for what the plugin should know. */
const LONG = 120_000;
const SHORT = 60_000;

/** A volume as plugins tell of it. */
interface PluginVolume {
  readonly Name: string;
  readonly Mountpoint?: string;
  readonly CreatedAt?: string;
  readonly Status?: Record<string, unknown>;
}

/** Volumes that a plugin keeps: every method is a call of Docker's volume plugin protocol. */
export class PluginDriver implements VolumeDriver {
  private constructor(
    readonly name: string,
    readonly scope: 'local' | 'global',
    private readonly plugin: PluginClient,
  ) {}

  /** Asks the plugin where its volumes are; one that does not know the question has local ones. */
  static async of(plugin: PluginClient): Promise<PluginDriver> {
    const { Capabilities } = await plugin
      .call<{ Capabilities?: { Scope?: string } }>('VolumeDriver.Capabilities', {}, SHORT)
      .catch(() => ({ Capabilities: undefined }));
    return new PluginDriver(plugin.plugin.name, Capabilities?.Scope?.toLowerCase() === 'global' ? 'global' : 'local', plugin);
  }

  async create(name: string, options: Readonly<Record<string, string>>): Promise<StoredVolume> {
    await this.plugin.call('VolumeDriver.Create', { Name: name, Opts: options }, LONG);
    return { name, mountpoint: (await this.find(name))?.mountpoint ?? '', options };
  }

  async remove({ name }: StoredVolume): Promise<void> {
    try {
      await this.plugin.call('VolumeDriver.Remove', { Name: name }, SHORT);
    } catch (error) {
      if (await this.find(name)) throw error;
    }
  }

  async mount({ name }: StoredVolume, user: string): Promise<string> {
    const { Mountpoint = '' } = await this.plugin.call<{ Mountpoint?: string }>('VolumeDriver.Mount', { Name: name, ID: user }, LONG);
    if (!Mountpoint.startsWith('/')) throw systemError(`plugin "${this.name}" mounted volume ${name} nowhere: it answered "${Mountpoint}"`);
    return Mountpoint;
  }

  async unmount({ name }: StoredVolume, user: string): Promise<void> {
    await this.plugin.call('VolumeDriver.Unmount', { Name: name, ID: user }, SHORT);
  }

  async retain(): Promise<void> {
    // A plugin counts its users itself.
  }

  async usage(): Promise<undefined> {
    return undefined;
  }

  async find(name: string): Promise<FoundVolume | undefined> {
    try {
      const { Volume } = await this.plugin.call<{ Volume?: PluginVolume }>('VolumeDriver.Get', { Name: name }, SHORT);
      return Volume && foundVolume({ ...Volume, Name: name });
    } catch (error) {
      // The protocol has no word for "there is none": only a plugin that cannot be reached is a failure.
      if (/cannot reach plugin/.test(messageOf(error))) throw error;
      return undefined;
    }
  }

  async list(): Promise<FoundVolume[]> {
    const { Volumes } = await this.plugin.call<{ Volumes?: PluginVolume[] | null }>('VolumeDriver.List', {}, SHORT);
    return (Volumes ?? []).map(foundVolume);
  }
}

function foundVolume({ Name, Mountpoint = '', CreatedAt, Status }: PluginVolume): FoundVolume {
  return { name: Name, mountpoint: Mountpoint, ...(CreatedAt && { created: CreatedAt }), ...(Status && { status: Status }) };
}
