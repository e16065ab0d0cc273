import { Injectable } from '@nestjs/common';
import type { Container } from '../../../container/container.js';
import { layersOf } from '../../../container/rootfs-file.js';
import { copyMergedFolder } from '../../../container/merged-folder.js';
import { Layers } from '../../../graph/layers.js';

/** Fills an empty volume with what the image has at its mount point, as Docker does the first time. */
@Injectable()
export class CopyUp {
  constructor(private readonly layers: Layers) {}

  /** @param destination folder in the rootfs @param volume folder on the host, empty */
  async fill(container: Container, destination: string, volume: string): Promise<void> {
    await copyMergedFolder(layersOf(await this.layers.mounts(container.id)), destination, volume);
  }
}
