import type { ContainerConfig, ImageConfig } from '../../api/generated/types.gen.js';
import type { Platform } from '../../base/platform.js';
import type { HistoryEntry } from '../../graph/image.js';

/** The fields of a container's config that an image keeps. */
const FIELDS = [
  'User',
  'ExposedPorts',
  'Env',
  'Entrypoint',
  'Cmd',
  'Healthcheck',
  'ArgsEscaped',
  'Volumes',
  'WorkingDir',
  'Labels',
  'StopSignal',
  'OnBuild',
  'Shell',
] as const satisfies readonly (keyof ContainerConfig)[];

/** What of a config is an image's. */
export function imageConfigOf(config: ContainerConfig): ImageConfig {
  return Object.fromEntries(FIELDS.filter((field) => config[field] != null).map((field) => [field, config[field]]));
}

/** A new image on top of another one. */
export interface Child {
  readonly config: ImageConfig;
  readonly author: string;
  readonly comment: string;
  /** RFC 3339. */
  readonly created: string;
  /** What made it, in one line. */
  readonly createdBy: string;
  /** undefined when it has the files of the image below. */
  readonly diffId: string | undefined;
}

interface ParentJson {
  readonly rootfs?: { readonly diff_ids?: readonly string[] | null };
  readonly history?: readonly HistoryEntry[] | null;
}

/** JSON of the config of `child`. OCI image spec, config.md. @param parent JSON of the config of the image below */
export function childConfig(parent: Buffer, child: Child): Buffer {
  // What an image's config says beyond the spec stays; what was said of its making does not.
  const { container: _, container_config: __, ...json } = JSON.parse(parent.toString('utf8')) as ParentJson & Record<string, unknown>;
  const { config, created, createdBy, author, comment, diffId } = child;
  const entry = {
    created,
    created_by: createdBy,
    ...(author && { author }),
    ...(comment && { comment }),
    ...(diffId === undefined && { empty_layer: true }),
  };
  return encode({
    ...json,
    created,
    author: author || undefined,
    comment: comment || undefined,
    config,
    rootfs: { type: 'layers', diff_ids: [...(json.rootfs?.diff_ids ?? []), ...(diffId === undefined ? [] : [diffId])] },
    history: [...(json.history ?? []), entry],
  });
}

/** JSON of a config with nothing in it, for what is built from scratch. */
export function emptyConfig({ architecture, os, variant }: Platform): Buffer {
  return encode({ architecture, os, ...(variant && { variant }) });
}

/** JSON of the config of an image with one layer and no parent. */
export function importedConfig(platform: Platform, config: ImageConfig, created: string, comment: string, diffId: string): Buffer {
  return encode({
    architecture: platform.architecture,
    ...(platform.variant && { variant: platform.variant }),
    os: platform.os,
    created,
    comment,
    config,
    rootfs: { type: 'layers', diff_ids: [diffId] },
    history: [{ created, comment }],
  });
}

function encode(json: object): Buffer {
  return Buffer.from(JSON.stringify(json));
}
