import { posix } from 'node:path';
import { service, type ArchiveWriter, type UnpackedImages } from '../../libcontainer/index.js';
import { settle } from '../../libcontainer/archive-error.js';
import { passing } from '../../libcontainer/young-buffers.js';
import type { ArchiveStage, StagedArchive } from './driver.js';
import { EndedStage } from './stage.js';

/** An archive of images whose layers are unpacked as they come, each into a folder of its own. The addon deletes them when it fails. */
export class LayerArchiveStage implements ArchiveStage {
  /** @param drop deletes the folder of a layer */
  constructor(
    private readonly writer: ArchiveWriter<UnpackedImages>,
    private readonly drop: (folder: string) => Promise<void>,
  ) {}

  write(chunk: Buffer): Promise<void> {
    passing(chunk.length);
    return settle(this.writer.write(chunk));
  }

  async end(): Promise<StagedArchive> {
    const { files, layers, symlinks, hardlinks } = await settle(this.writer.end());
    // Unpacking has left buffers of megabytes in malloc's hands.
    service.trim();
    const toHardlinks = hardlinks.map(([name, target]) => [name, posix.relative(posix.dirname(name), target)] as const);
    return {
      files: new Map(files),
      links: new Map([...symlinks, ...toHardlinks]),
      layers: layers.map(({ name, stage, unpacked }) => ({
        name,
        unpacked,
        stage: new EndedStage(stage, unpacked, () => this.drop(stage)),
      })),
    };
  }

  abort(): Promise<void> {
    return this.writer.abort();
  }
}
