import { Injectable } from '@nestjs/common';
import type { ContainerConfig, IdResponse, ImageCommitData, ImageConfig } from '../../api/generated/types.gen.js';
import { conflict } from '../../base/errors.js';
import { familiar } from '../../base/reference.js';
import { eventAttributes } from '../../container/attributes.js';
import type { Container } from '../../container/container.js';
import { Containers } from '../../container/store.js';
import { nowRfc3339 } from '../../container/time.js';
import { Events } from '../../events/events.js';
import { Images } from '../../graph/images.js';
import type { LayerLease } from '../../graph/layer-lease.js';
import type { Layer } from '../../graph/layer.js';
import { Layers } from '../../graph/layers.js';
import { mountPlaces } from '../container/mounts/mount-places.js';
import { mergeConfig } from '../container/create/merge-config.js';
import { ContainerPause, ContainerUnpause } from '../container/index.js';
import { Engine } from '../engine.js';
import type { Job, JobContext } from '../job.js';
import { applyChanges } from '../../builder/dockerfile/apply-changes.js';
import { childConfig, imageConfigOf } from './new-config.js';
import { stageTar } from './stage-tar.js';
import { newName } from './tag.js';

export interface ImageCommitParams extends NonNullable<ImageCommitData['query']> {
  /** Config of the image; what is not set in it comes from the container's. */
  readonly config?: ContainerConfig;
}

/** Makes an image of what a container has changed. */
@Injectable()
export class ImageCommit implements Job<ImageCommitParams, IdResponse> {
  constructor(
    private readonly engine: Engine,
    private readonly containers: Containers,
    private readonly images: Images,
    private readonly layers: Layers,
    private readonly events: Events,
  ) {}

  async run(params: ImageCommitParams, { undo, signal }: JobContext): Promise<IdResponse> {
    const { container: reference = '', repo, tag, comment = '', author = '', pause = true, changes = [] } = params;
    const container = this.containers.get(reference);
    if (container.state.dead) throw conflict(`You cannot commit container ${container.id} which is Dead`);
    if (container.state.removing) throw conflict(`You cannot commit container ${container.id} which is being removed`);
    const name = repo ? newName(repo, tag) : undefined;
    const config = this.config(container, params.config, changes);
    const parent = this.images.byId(container.record.image);
    const lease: LayerLease = undo.add(this.layers.lease(), () => lease.release());
    const layer = await this.commitLayer(container, pause, parent.topLayer, lease, signal);
    const createdBy = (container.record.config.Cmd ?? []).join(' ');
    const child = { config, author, comment, created: nowRfc3339(), createdBy, diffId: layer.diffId };
    const json = childConfig(this.images.config(parent.id), child);
    await this.layers.persist();
    const id = this.images.register({ config: json, parent: parent.id, references: name ? [name] : [] });
    await lease.release();
    const facts = { comment, imageID: id, imageRef: name ? familiar(name) : '' };
    this.events.publish('container', 'commit', container.id, eventAttributes(container, facts));
    return { Id: id };
  }

  private config({ record }: Container, given: ContainerConfig | undefined, changes: readonly string[]): ImageConfig {
    const own = imageConfigOf(record.config);
    return imageConfigOf(mergeConfig(applyChanges(given ? imageConfigOf(given) : own, changes), own));
  }

  private async commitLayer(
    container: Container,
    pause: boolean,
    parent: string | undefined,
    lease: LayerLease,
    signal: AbortSignal,
  ): Promise<Layer> {
    const { running, paused, restarting } = container.state;
    // Without a cgroup nothing can be paused: what is written meanwhile may be in the image in part.
    const pausing = pause && running && !paused && !restarting && container.process?.cgroup !== '';
    if (pausing) await this.engine.run(ContainerPause, { id: container.id, passing: true });
    try {
      const changes = await this.layers.changes(container.id);
      const tar = await this.layers.tar(container.id, mountPlaces(changes));
      const { stage, unpacked } = await stageTar(this.layers, tar, signal);
      return await lease.commit(stage, unpacked, parent);
    } finally {
      // It may have been let go on, or have ended, meanwhile.
      if (pausing && container.state.paused) await this.engine.run(ContainerUnpause, { id: container.id });
    }
  }
}
