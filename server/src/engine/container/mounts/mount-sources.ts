import { Inject, Injectable } from '@nestjs/common';
import { lstat, mkdir, readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DAEMON_CONFIG, type DaemonConfig } from '../../../base/config.js';
import { invalidParameter, messageOf, systemError } from '../../../base/errors.js';
import type { Undo } from '../../../base/undo.js';
import type { Container } from '../../../container/container.js';
import type { ContainerMount } from '../../../container/mount.js';
import { Layers } from '../../../graph/layers.js';
import { Volumes } from '../../../volume/volumes.js';
import { CopyUp } from './copy-up.js';
import { giveToContainers } from './give-to-containers.js';
import { imagePart } from './image-part.js';
import { checkPropagation } from './shared-source.js';

/** Makes the sources of a container's mount points ready to be bound. */
@Injectable()
export class MountSources {
  constructor(
    @Inject(DAEMON_CONFIG) private readonly config: DaemonConfig,
    private readonly volumes: Volumes,
    private readonly layers: Layers,
    private readonly copyUp: CopyUp,
  ) {}

  /**
   * @param held what only mounting needs, to be given back after it
   * @returns the mount points with the paths they are bound from
   * @throws InvalidParameter, System
   */
  prepare(container: Container, undo: Undo, held: Undo): Promise<ContainerMount[]> {
    return Promise.all(
      container.record.mounts.map(async (mount) => {
        if (mount.type === 'volume') return this.volume(container, mount, undo, held);
        if (mount.type === 'image') return this.image(mount);
        if (mount.type === 'bind') {
          await ensureSource(mount, this.config);
          await checkPropagation(mount);
        }
        return mount;
      }),
    );
  }

  /** The image under its read-write layer. */
  private async image(mount: ContainerMount): Promise<ContainerMount> {
    const { layer = '', source, subpath } = mount;
    const [rootfs] = await this.layers.mounts(layer);
    if (!rootfs) throw systemError(`layer ${layer} of the mounted image ${source} cannot be mounted`);
    if (!subpath) return { ...mount, rootfs };
    return imagePart(mount, rootfs, subpath);
  }

  private async volume(container: Container, mount: ContainerMount, undo: Undo, held: Undo): Promise<ContainerMount> {
    const name = mount.name ?? '';
    const { destination, writable, propagation } = mount;
    const facts = { destination, 'read/write': String(writable), propagation };
    const folder = await this.volumes.mount(name, container.id, facts);
    undo.add(folder, () => this.volumes.unmount(name, container.id));
    if (mount.copyUp && (await readdir(folder)).length === 0) await this.copyUp.fill(container, mount.destination, folder);
    return { ...mount, source: mount.subpath ? await this.place(folder, mount.subpath, held) : folder };
  }

  private async place(folder: string, subpath: string, held: Undo): Promise<string> {
    const place = await this.volumes.openPlace(folder, subpath);
    return held.add(place, () => place.close()).path;
  }
}

/** Docker makes the missing folder of a `-v`, but not of a `--mount`. */
async function ensureSource({ source, strict }: ContainerMount, config: DaemonConfig): Promise<void> {
  if (await lstat(source).catch(() => undefined)) return;
  if (strict) throw invalidParameter(`invalid mount config for type "bind": bind source path does not exist: ${source}`);
  try {
    const first = await mkdir(source, { recursive: true, mode: 0o755 });
    // All that was made is theirs, from the innermost folder to the first.
    for (let path = source; first !== undefined && path.startsWith(first); path = dirname(path)) await giveToContainers(path, config);
  } catch (error) {
    throw systemError(`error while creating mount source path '${source}': ${messageOf(error)}`, error);
  }
}
