import type { HostConfig } from '../../../api/generated/types.gen.js';
import { chainIds } from '../../../base/digest.js';
import { hostPlatform } from '../../../base/platform.js';
import type { Lane } from '../../../builder/output.js';
import type { BuildWorker, BuiltImage, Download, Owner, RunRequest, StepLayer, StepRecord } from '../../../builder/worker.js';
import { resolveUser } from '../../../container/oci-spec/user.js';
import { layersOf, readRootfsFile } from '../../../container/rootfs-file.js';
import { nowRfc3339 } from '../../../container/time.js';
import type { Rootfs } from '../../../drivers/execdriver/driver.js';
import type { BuildCache } from '../../../graph/build-cache.js';
import type { Image } from '../../../graph/image.js';
import type { Images } from '../../../graph/images.js';
import type { LayerLease } from '../../../graph/layer-lease.js';
import type { Layers } from '../../../graph/layers.js';
import { LARGEST_USER_FILE } from '../../container/process/launch.js';
import { childConfig, emptyConfig } from '../new-config.js';
import type { BaseImages, RegistryLogins } from './base-images.js';
import type { BuildContainers } from './build-containers.js';
import { sameStep } from './cache-from.js';
import type { Downloads } from './downloads.js';
import type { StepLayers } from './step-layers.js';

/** The rooms a build is done in. */
export interface BuildRooms {
  readonly images: Images;
  readonly layers: Layers;
  readonly cache: BuildCache;
  readonly bases: BaseImages;
  readonly steps: StepLayers;
  readonly containers: BuildContainers;
  readonly downloads: Downloads;
}

/** How one build is to be done. */
export interface WorkOptions {
  readonly pull: boolean;
  readonly logins: RegistryLogins;
  /** Images whose steps may be taken over. */
  readonly cacheFrom: readonly string[];
  readonly hostConfig: HostConfig;
  readonly remove: { readonly good: boolean; readonly always: boolean };
  readonly signal: AbortSignal;
}

/** Does what a builder needs done with this engine. Images and layers of the build stay until it is released. */
export class EngineWorker implements BuildWorker {
  private readonly lease: LayerLease;
  private readonly holds: (() => void)[] = [];
  private readonly hits: string[] = [];

  constructor(
    private readonly rooms: BuildRooms,
    private readonly options: WorkOptions,
  ) {
    this.lease = rooms.layers.lease();
  }

  async base(name: string, platform: string | undefined, lane: Lane): Promise<BuiltImage> {
    const { pull, logins, signal } = this.options;
    return this.hold(await this.rooms.bases.find({ name, platform, pull, logins, lane, signal }));
  }

  async cached(parent: BuiltImage, step: StepRecord): Promise<BuiltImage | undefined> {
    const { key } = step;
    const id = this.rooms.cache.find(key);
    if (id === undefined || !this.rooms.images.has(id)) return this.fromOthers(parent, step);
    this.hits.push(key);
    return this.hold(this.rooms.images.byId(id));
  }

  async commit(parent: BuiltImage, step: StepRecord, layer: StepLayer | undefined): Promise<BuiltImage> {
    return this.register(parent, step, layer?.diffId, nowRfc3339());
  }

  /** The image that an image of `cacheFrom` has, or its builder had, at this step. */
  private async fromOthers(parent: BuiltImage, step: StepRecord): Promise<BuiltImage | undefined> {
    const before = parent.id === '' ? undefined : this.rooms.images.byId(parent.id);
    for (const name of this.options.cacheFrom) {
      const source = this.rooms.images.find(name);
      const found = source && sameStep(source, before, step.createdBy);
      if (!found) continue;
      const [chainId] = found.diffId === undefined ? [] : chainIds([...(before?.diffIds ?? []), found.diffId]).slice(-1);
      if (chainId !== undefined && !(await this.lease.keep(chainId))) continue;
      return this.register(parent, step, found.diffId, found.created);
    }
    return undefined;
  }

  private register(parent: BuiltImage, step: StepRecord, diffId: string | undefined, created: string): BuiltImage {
    const { config, author, createdBy, key } = step;
    const below = parent.id === '' ? emptyConfig(hostPlatform) : this.rooms.images.config(parent.id);
    const child = { config, author, comment: '', created, createdBy, diffId };
    const json = childConfig(below, child);
    const id = this.rooms.images.register({ config: json, parent: parent.id || undefined, durable: false });
    const image = this.hold(this.rooms.images.byId(id));
    this.rooms.cache.add(key, id, createdBy);
    return image;
  }

  async run(parent: BuiltImage, request: RunRequest, lane: Lane, signal: AbortSignal): Promise<StepLayer | undefined> {
    const { hostConfig, remove } = this.options;
    // A container needs an image; from scratch there is none yet.
    const image = parent.id === '' ? (await this.commitScratch(request)).id : parent.id;
    const run = { ...request, image, hostConfig, lane, signal, remove };
    const keep = !remove.good && !remove.always;
    return this.rooms.containers.run(run, ({ id }) => this.rooms.steps.commit(id, keep, this.top(parent), this.lease, signal));
  }

  write(parent: BuiltImage, work: (rootfs: Rootfs) => Promise<void>): Promise<StepLayer | undefined> {
    return this.rooms.steps.write(this.top(parent), this.lease, work);
  }

  read<T>(image: BuiltImage, work: (rootfs: Rootfs) => Promise<T>): Promise<T> {
    return this.rooms.steps.read(this.top(image), work);
  }

  async owner(image: BuiltImage, user: string): Promise<Owner> {
    const top = this.top(image);
    const layers = top === undefined ? [] : layersOf(await this.rooms.layers.mounts(top));
    const { uid, gid } = resolveUser(user, {
      passwd: readRootfsFile(layers, '/etc/passwd', LARGEST_USER_FILE),
      group: readRootfsFile(layers, '/etc/group', LARGEST_USER_FILE),
    });
    // As Docker: a number without a group is its own group.
    return { uid, gid: user.includes(':') || !/^\d+$/.test(user) ? gid : uid };
  }

  download<T>(url: string, lane: Lane, signal: AbortSignal, work: (file: Download) => Promise<T>): Promise<T> {
    return this.rooms.downloads.use(url, (message) => lane.emit(message), signal, work);
  }

  /** Lets go of everything; what has neither a name nor a place in the cache goes when it is pruned. */
  async release(): Promise<void> {
    for (const letGo of this.holds.splice(0)) letGo();
    if (this.hits.length > 0) this.rooms.cache.used(this.hits);
    await this.rooms.layers.persist();
    await this.lease.release();
  }

  private commitScratch({ config, command }: RunRequest): Promise<BuiltImage> {
    const createdBy = command.join(' ');
    return this.commit({ id: '', config: {}, author: '' }, { config, author: '', createdBy, key: `scratch ${createdBy}` }, undefined);
  }

  private hold(image: Image): BuiltImage {
    this.holds.push(this.rooms.images.hold(image.id));
    return { id: image.id, config: image.config, author: image.author };
  }

  private top({ id }: BuiltImage): string | undefined {
    return id === '' ? undefined : this.rooms.images.byId(id).topLayer;
  }
}
