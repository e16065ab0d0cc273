import { Injectable } from '@nestjs/common';
import type { ContainerPathStat } from '../../api/generated/types.gen.js';
import { Containers } from '../../container/store.js';
import type { PathStat } from '../../drivers/execdriver/driver.js';
import type { Job } from '../job.js';
import { archiveError, archivePath } from './rootfs/archive-path.js';
import { RootfsAccess } from './rootfs/rootfs-access.js';

/** Looks at a path in a container. */
@Injectable()
export class ContainerArchiveInfo implements Job<{ id: string; path: string }, ContainerPathStat> {
  constructor(
    private readonly containers: Containers,
    private readonly access: RootfsAccess,
  ) {}

  async run({ id, path }: { id: string; path: string }): Promise<ContainerPathStat> {
    const container = this.containers.get(id);
    const wanted = archivePath(path);
    try {
      return await this.access.use(container, { binds: true }, async (rootfs) => toPathStat(await rootfs.stat(wanted)));
    } catch (error) {
      throw archiveError(error, container, path, id);
    }
  }
}

/** As the header X-Docker-Container-Path-Stat tells it. */
export function toPathStat({ name, size, mode, mtimeMs, linkTarget }: PathStat): ContainerPathStat {
  return { name, size, mode, mtime: new Date(mtimeMs).toISOString(), linkTarget };
}
