import { Injectable } from '@nestjs/common';
import type {
  BuildCache as BuildCacheItem,
  ContainerSummary,
  ImageSummary,
  SystemDataUsageData,
  SystemDataUsageResponse,
  Volume,
} from '../../api/generated/types.gen.js';
import { chainIds } from '../../base/digest.js';
import { Containers } from '../../container/store.js';
import { BuildCache } from '../../graph/build-cache.js';
import { Images } from '../../graph/images.js';
import { Layers } from '../../graph/layers.js';
import type { VolumeRecord } from '../../volume/store.js';
import { Volumes } from '../../volume/volumes.js';
import { ContainerList } from '../container/index.js';
import { Engine } from '../engine.js';
import { buildCacheItems } from '../image/build-usage.js';
import { ImageDeletion } from '../image/deletion.js';
import { ImageList } from '../image/index.js';
import type { Job, JobContext } from '../job.js';
import { isPlain } from '../volume/prune.js';
import { toVolume } from '../volume/to-volume.js';

export type SystemDataUsageParams = NonNullable<SystemDataUsageData['query']>;

/** Space of one kind of objects. Bytes. */
interface Usage<Item> {
  readonly ActiveCount: number;
  readonly TotalCount: number;
  readonly TotalSize: number;
  readonly Reclaimable: number;
  readonly Items?: Item[];
}

/** Tells what takes space on the disk. Of images it is known; read-write layers and volumes are measured. */
@Injectable()
export class SystemDataUsage implements Job<SystemDataUsageParams, SystemDataUsageResponse> {
  constructor(
    private readonly engine: Engine,
    private readonly images: Images,
    private readonly layers: Layers,
    private readonly containers: Containers,
    private readonly volumes: Volumes,
    private readonly cache: BuildCache,
    private readonly deletion: ImageDeletion,
  ) {}

  async run({ type = [], verbose = false }: SystemDataUsageParams, { version, signal }: JobContext): Promise<SystemDataUsageResponse> {
    const minor = Number(version.split('.')[1]);
    const wants = (kind: (typeof type)[number]) => type.length === 0 || type.includes(kind);
    const caller = { version, signal };
    const [containers, images, volumes] = await Promise.all([
      wants('container') ? this.engine.run(ContainerList, { all: true, size: true }, caller) : undefined,
      wants('image') ? this.engine.run(ImageList, { 'shared-size': true }, caller) : undefined,
      wants('volume') ? this.volumesWithSize() : undefined,
    ]);
    const builds = wants('build-cache') ? buildCacheItems(this.cache, this.images, this.deletion) : undefined;
    return {
      ...(minor >= 52 && {
        ...(images && { ImageUsage: this.imageUsage(images, verbose) }),
        ...(containers && { ContainerUsage: containerUsage(containers, verbose) }),
        ...(volumes && { VolumeUsage: volumeUsage(volumes, verbose) }),
        ...(builds && { BuildCacheUsage: buildUsage(builds, verbose) }),
      }),
      // The one version that has both.
      ...(minor <= 52 && {
        ...(images && { LayersSize: this.layersSize(), Images: images }),
        ...(containers && { Containers: containers }),
        ...(volumes && { Volumes: volumes }),
        ...(builds && { BuildCache: builds, ...(minor < 42 && { BuilderSize: buildUsage(builds, false).TotalSize }) }),
      }),
    };
  }

  private layersSize(): number {
    return this.layers.all().reduce((sum, { size }) => sum + size, 0);
  }

  /** What is freed without the images that no container uses is what stands under none of the others. */
  private imageUsage(images: ImageSummary[], verbose: boolean): Usage<ImageSummary> {
    const used = new Set([...this.containers.all()].map(({ record }) => record.image));
    const kept = new Set([...used].flatMap((id) => chainIds(this.images.find(id)?.diffIds ?? [])) as string[]);
    const unused = this.layers.all().filter(({ chainId }) => !kept.has(chainId));
    return {
      ActiveCount: images.filter(({ Containers }) => Containers > 0).length,
      TotalCount: images.length,
      TotalSize: this.layersSize(),
      Reclaimable: unused.reduce((sum, { size }) => sum + size, 0),
      ...(verbose && { Items: images }),
    };
  }

  private async volumesWithSize(): Promise<Volume[]> {
    const sized = await Promise.all(
      this.volumes
        .all()
        .filter(isPlain)
        .map((volume) => this.withSize(volume)),
    );
    return sized.filter((volume) => volume !== undefined);
  }

  /** Undefined for one that was deleted while it was measured. */
  private async withSize(volume: VolumeRecord): Promise<Volume | undefined> {
    try {
      const Size = (await this.volumes.usage(volume.name)) ?? -1;
      return { ...toVolume(volume), UsageData: { Size, RefCount: this.volumes.usersOf(volume.name).length } };
    } catch (error) {
      if (!this.volumes.find(volume.name)) return undefined;
      throw error;
    }
  }
}

function containerUsage(containers: ContainerSummary[], verbose: boolean): Usage<ContainerSummary> {
  const isActive = ({ State }: ContainerSummary) => ['running', 'paused', 'restarting'].includes(State ?? '');
  return usageOf(containers, isActive, ({ SizeRw }) => SizeRw ?? 0, verbose);
}

function volumeUsage(volumes: Volume[], verbose: boolean): Usage<Volume> {
  return usageOf(
    volumes,
    ({ UsageData }) => (UsageData?.RefCount ?? 0) > 0,
    ({ UsageData }) => UsageData?.Size ?? 0,
    verbose,
  );
}

/** What images or builds need does not come free. */
function buildUsage(builds: BuildCacheItem[], verbose: boolean): Usage<BuildCacheItem> {
  const isActive = ({ InUse, Shared }: BuildCacheItem) => InUse || Shared;
  return usageOf(builds, isActive, ({ Size }) => Size, verbose);
}

function usageOf<Item>(items: Item[], isActive: (item: Item) => boolean, sizeOf: (item: Item) => number, verbose: boolean): Usage<Item> {
  const active = items.filter(isActive);
  const total = items.reduce((sum, item) => sum + sizeOf(item), 0);
  const used = active.reduce((sum, item) => sum + sizeOf(item), 0);
  return {
    ActiveCount: active.length,
    TotalCount: items.length,
    TotalSize: total,
    Reclaimable: total - used,
    ...(verbose && { Items: items }),
  };
}
