import { Injectable } from '@nestjs/common';
import type {
  ImageConfig,
  ImageInspect as ImageInspectResult,
  ImageInspectData,
  ImageManifestSummary,
} from '../../api/generated/types.gen.js';
import { invalidParameter } from '../../base/errors.js';
import { parsePlatformJson } from '../../base/platform.js';
import type { Image } from '../../graph/image.js';
import { Images } from '../../graph/images.js';
import { Layers } from '../../graph/layers.js';
import { References } from '../../graph/references.js';
import type { Job, JobContext } from '../job.js';
import { ManifestSummaries } from './manifest-summaries.js';

export type ImageInspectParams = ImageInspectData['path'] & NonNullable<ImageInspectData['query']>;

const NEVER = '0001-01-01T00:00:00Z';
const CONFIG_FIELDS = [
  'User',
  'ExposedPorts',
  'Env',
  'Cmd',
  'Healthcheck',
  'ArgsEscaped',
  'Volumes',
  'WorkingDir',
  'Entrypoint',
  'OnBuild',
  'Labels',
  'StopSignal',
  'Shell',
] as const satisfies readonly (keyof ImageConfig)[];

/** Tells everything about one image. */
@Injectable()
export class ImageInspect implements Job<ImageInspectParams, ImageInspectResult> {
  constructor(
    private readonly images: Images,
    private readonly layers: Layers,
    private readonly references: References,
    private readonly summaries: ManifestSummaries,
  ) {}

  async run({ name, platform, manifests }: ImageInspectParams, { version }: JobContext): Promise<ImageInspectResult> {
    if (platform && manifests) throw invalidParameter('conflicting options: manifests and platform cannot both be given');
    const image = this.images.get(name, platform ? parsePlatformJson(platform) : undefined);
    return {
      Id: image.id,
      ...(manifests && { Manifests: this.manifests(image) }),
      RepoTags: [...image.repoTags],
      RepoDigests: [...image.repoDigests],
      Parent: image.parent ?? '',
      Comment: image.comment,
      Created: image.created ?? NEVER,
      DockerVersion: '',
      Author: image.author,
      Config: configOf(image.config),
      Architecture: image.architecture,
      ...(image.variant !== undefined && { Variant: image.variant }),
      Os: image.os,
      ...(image.osVersion !== undefined && { OsVersion: image.osVersion }),
      Size: image.size,
      ...(Number(version.split('.')[1]) < 44 && { VirtualSize: image.size }),
      ...(image.topLayer !== undefined && { GraphDriver: await this.layers.metadata(image.topLayer) }),
      RootFS: { Type: 'layers', ...(image.diffIds.length > 0 && { Layers: [...image.diffIds] }) },
      Metadata: { LastTagTime: image.lastTagged === undefined ? NEVER : new Date(image.lastTagged).toISOString() },
    };
  }

  private manifests(image: Image): ImageManifestSummary[] {
    return this.summaries.of([image, ...this.references.sharing(image.id).map((id) => this.images.byId(id))]);
  }
}

/** The fields the API knows, as far as they are set: a config may hold anything else. */
function configOf(config: ImageConfig): ImageConfig {
  const set = CONFIG_FIELDS.filter((field) => config[field] != null && config[field] !== '');
  return Object.fromEntries(set.map((field) => [field, config[field]]));
}
