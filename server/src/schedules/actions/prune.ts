import { Injectable } from '@nestjs/common';
import { ContainerPrune } from '../../engine/container/prune.js';
import { Engine } from '../../engine/engine.js';
import { BuildPrune } from '../../engine/image/build-prune.js';
import { ImagePrune } from '../../engine/image/prune.js';
import { NetworkPrune } from '../../engine/network/prune.js';
import { VolumePrune } from '../../engine/volume/prune.js';
import type { Action } from '../action.js';
import type { PruneKind, Schedule } from '../schedule.js';

/** What goes first: images are free when their containers are gone. */
const ORDER: readonly PruneKind[] = ['containers', 'networks', 'images', 'unused-images', 'volumes', 'build-cache'];
const MIB = 1024 ** 2;

interface Pruned {
  readonly count: number;
  readonly bytes: number;
}

/** Takes away what nobody uses, of the kinds that were chosen. */
@Injectable()
export class Prune implements Action {
  constructor(private readonly engine: Engine) {}

  async run({ prune }: Schedule, signal: AbortSignal): Promise<string> {
    let bytes = 0;
    const told: string[] = [];
    for (const kind of ORDER) {
      if (!prune.includes(kind) || signal.aborted) continue;
      const pruned = await this.take(kind, signal);
      bytes += pruned.bytes;
      if (pruned.count > 0) told.push(`${pruned.count} ${kind.replace('-', ' ')}`);
    }
    return told.length === 0 ? 'there was nothing to take away' : `took away ${told.join(', ')}: ${(bytes / MIB).toFixed(1)} MiB`;
  }

  private async take(kind: PruneKind, signal: AbortSignal): Promise<Pruned> {
    const caller = { signal };
    switch (kind) {
      case 'containers': {
        const { ContainersDeleted, SpaceReclaimed } = await this.engine.run(ContainerPrune, {}, caller);
        return pruned(ContainersDeleted, SpaceReclaimed);
      }
      case 'images':
      case 'unused-images': {
        const filters = JSON.stringify({ dangling: [String(kind === 'images')] });
        const { ImagesDeleted, SpaceReclaimed } = await this.engine.run(ImagePrune, { filters }, caller);
        return pruned(
          ImagesDeleted?.filter(({ Deleted }) => Deleted),
          SpaceReclaimed,
        );
      }
      case 'networks':
        return pruned((await this.engine.run(NetworkPrune, {}, caller)).NetworksDeleted, 0);
      case 'volumes': {
        const { VolumesDeleted, SpaceReclaimed } = await this.engine.run(VolumePrune, {}, caller);
        return pruned(VolumesDeleted, SpaceReclaimed);
      }
      case 'build-cache': {
        const { CachesDeleted, SpaceReclaimed } = await this.engine.run(BuildPrune, {}, caller);
        return pruned(CachesDeleted, SpaceReclaimed);
      }
    }
  }
}

function pruned(items: readonly unknown[] | null | undefined, bytes: number | undefined): Pruned {
  return { count: items?.length ?? 0, bytes: bytes ?? 0 };
}
