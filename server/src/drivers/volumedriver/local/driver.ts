import { chown, mkdir, open, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { conflict, invalidParameter } from '../../../base/errors.js';
import { archive } from '../../../libcontainer/index.js';
import { Turns } from '../turns.js';
import type { FoundVolume, StoredVolume, VolumeDriver } from '../driver.js';
import { isMounted, mountOn, unmountFrom } from './mount.js';
import { parseOptions } from './options.js';

/**
 * Volumes are folders of the data root: volumes/NAME/_data. With the options of mount(8) a file system is mounted there,
 * for as long as someone uses the volume.
 */
export class LocalDriver implements VolumeDriver {
  readonly name = 'local';
  readonly scope = 'local';
  private readonly root: string;
  private readonly users = new Map<string, Set<string>>();
  private readonly turns = new Turns();

  /** @param owner whose new volumes are: the host's IDs of the containers' root */
  constructor(
    dataRoot: string,
    private readonly owner?: { readonly uid: number; readonly gid: number },
  ) {
    this.root = join(dataRoot, 'volumes');
  }

  async create(name: string, options: Readonly<Record<string, string>>): Promise<StoredVolume> {
    if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) {
      throw invalidParameter(
        `create ${name}: "${name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. ` +
          'If you intended to pass a host directory, use absolute path',
      );
    }
    if (name.length > 255) throw invalidParameter(`create ${name}: a volume's name has at most 255 characters`);
    parseOptions(name, options);
    const mountpoint = this.folder(name);
    await mkdir(this.root, { recursive: true, mode: 0o701 });
    try {
      await mkdir(join(this.root, name), { recursive: true, mode: 0o701 });
      const made = await mkdir(mountpoint, { recursive: true, mode: 0o755 });
      if (made && this.owner) await chown(mountpoint, this.owner.uid, this.owner.gid);
      await syncFolder(this.root);
    } catch (error) {
      await this.removeEmpty(name);
      throw error;
    }
    return { name, mountpoint, options };
  }

  /** What is mounted is unmounted first: its files are somebody else's. */
  async remove({ name, mountpoint, options }: StoredVolume): Promise<void> {
    await this.turns.take(name, async () => {
      if (this.usersOf(name).size > 0) throw conflict(`remove ${name}: volume has active mounts`);
      if (parseOptions(name, options) && (await isMounted(mountpoint))) await unmountFrom(mountpoint);
      await rm(join(this.root, name), { recursive: true, force: true, maxRetries: 3 });
    });
  }

  async mount({ name, mountpoint, options }: StoredVolume, user: string): Promise<string> {
    const request = parseOptions(name, options);
    if (!request) return mountpoint;
    await this.turns.take(name, async () => {
      if (!(await isMounted(mountpoint))) await mountOn(mountpoint, request);
      this.users.set(name, this.usersOf(name).add(user));
    });
    return mountpoint;
  }

  async unmount(volume: StoredVolume, user: string): Promise<void> {
    await this.turns.take(volume.name, async () => {
      if (this.usersOf(volume.name).delete(user)) await this.unmountUnused(volume);
    });
  }

  async retain(volume: StoredVolume, users: readonly string[]): Promise<void> {
    if (!parseOptions(volume.name, volume.options)) return;
    await this.turns.take(volume.name, async () => {
      this.users.set(volume.name, new Set([...this.usersOf(volume.name), ...users]));
      await this.unmountUnused(volume);
    });
  }

  async usage({ mountpoint }: StoredVolume): Promise<number> {
    return archive.usage(mountpoint).catch((error: NodeJS.ErrnoException) => {
      // Somebody has taken the folder away by hand, or it is being removed.
      if (error.code === 'ENOENT') return 0;
      throw error;
    });
  }

  async find(name: string): Promise<FoundVolume | undefined> {
    const mountpoint = this.folder(name);
    const stats = await stat(mountpoint).catch(() => undefined);
    return stats && { name, mountpoint };
  }

  async list(): Promise<FoundVolume[]> {
    const names = await readdir(this.root).catch(() => []);
    return names.map((name) => ({ name, mountpoint: this.folder(name) }));
  }

  /** Takes back folders that were made; what holds data is not touched. */
  private async removeEmpty(name: string): Promise<void> {
    for (const folder of [this.folder(name), join(this.root, name)]) await rmdir(folder).catch(() => undefined);
  }

  private async unmountUnused({ name, mountpoint }: StoredVolume): Promise<void> {
    if (this.usersOf(name).size > 0) return;
    this.users.delete(name);
    if (await isMounted(mountpoint)) await unmountFrom(mountpoint);
  }

  private usersOf(name: string): Set<string> {
    return this.users.get(name) ?? new Set();
  }

  private folder(name: string): string {
    return join(this.root, name, '_data');
  }
}

/** A new name in a folder is on the disk once the folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
