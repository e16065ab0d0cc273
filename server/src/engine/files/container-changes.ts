import { posix } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { LayerChange } from '../../drivers/graphdriver/driver.js';
import { Layers } from '../../graph/layers.js';
import { withoutMountPlaces } from '../container/mounts/mount-places.js';

/** Several folders are often listed one after the other; milliseconds. */
const REMEMBERED = 2000;

/** What containers have changed against their images, remembered for a moment. */
@Injectable()
export class ContainerChanges {
  private last: { id: string; until: number; list: Promise<readonly LayerChange[]> } | undefined;

  constructor(private readonly layers: Layers) {}

  /** What a container has changed in a folder: name -> kind of change, as ContainerChanges of the Engine API numbers them. */
  async inFolder(id: string, folder: string): Promise<Map<string, number>> {
    if (this.last?.id !== id || this.last.until < performance.now())
      this.last = { id, until: performance.now() + REMEMBERED, list: this.layers.changes(id).then(withoutMountPlaces) };
    const own = (await this.last.list).filter(({ path }) => posix.dirname(path) === folder);
    return new Map(own.map(({ path, kind }) => [posix.basename(path), kind]));
  }

  /** To be called after a change from outside, so that the next list shows it. */
  forget(): void {
    this.last = undefined;
  }
}
