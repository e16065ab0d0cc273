import type { ImageConfig } from '../api/generated/types.gen.js';
import { chainIds, digestOf, parseDigest } from '../base/digest.js';
import { invalidParameter } from '../base/errors.js';

/** One step of how an image was made. OCI image spec, config.md, "history". */
export interface HistoryEntry {
  readonly created?: string;
  readonly created_by?: string;
  readonly author?: string;
  readonly comment?: string;
  readonly empty_layer?: boolean;
}

/** What an image's config says, checked. */
export interface ImageContent {
  /** Digest of the config: the image ID. */
  readonly id: string;
  /** RFC 3339. */
  readonly created: string | undefined;
  readonly architecture: string;
  readonly os: string;
  readonly variant: string | undefined;
  readonly osVersion: string | undefined;
  readonly author: string;
  readonly comment: string;
  /** Defaults for containers: Env, Cmd, Entrypoint, User, WorkingDir ... */
  readonly config: ImageConfig;
  readonly history: readonly HistoryEntry[];
  /** Digests of the uncompressed layer tars, lowest first. */
  readonly diffIds: readonly string[];
  /** Chain ID of the top layer; undefined for an image without layers. */
  readonly topLayer: string | undefined;
}

/** An image of the store. */
export interface Image extends ImageContent {
  /** Image this one was built or committed from. */
  readonly parent: string | undefined;
  /** Bytes of file content in all its layers. */
  readonly size: number;
  /** Milliseconds since 1970 of the last time a name was given to it. */
  readonly lastTagged: number | undefined;
  /** Familiar name:tag, sorted. */
  readonly repoTags: readonly string[];
  /** Familiar name@digest, sorted. */
  readonly repoDigests: readonly string[];
}

/** Bytes a config may have. */
export const LARGEST_CONFIG = 8 << 20;
/** Layers an image may have: an overlay's mount options fit no more. */
export const MOST_LAYERS = 125;

type Json = Record<string, unknown>;

/**
 * Reads the JSON of an image config, which anyone may have written.
 * @throws InvalidParameter naming the field that is wrong
 */
export function parseImage(content: Buffer): ImageContent {
  if (content.length > LARGEST_CONFIG) throw invalidParameter(`image config of ${content.length} bytes is too large`);
  const json = parseObject(content);
  const rootfs = object(json.rootfs, 'rootfs');
  if (rootfs.type !== undefined && rootfs.type !== 'layers') throw invalidParameter('invalid image config: rootfs.type is not "layers"');
  const diffIds = array(rootfs.diff_ids, 'rootfs.diff_ids').map((id) => parseDigest(id, 'a layer in the image config'));
  if (diffIds.length > MOST_LAYERS) throw invalidParameter(`max depth exceeded: image has more than ${MOST_LAYERS} layers`);
  return {
    id: digestOf(content),
    created: date(json.created),
    architecture: string(json.architecture, 'architecture') ?? '',
    os: string(json.os, 'os') || 'linux',
    variant: string(json.variant, 'variant') || undefined,
    osVersion: string(json['os.version'], 'os.version') || undefined,
    author: string(json.author, 'author') ?? '',
    comment: string(json.comment, 'comment') ?? '',
    config: checkedConfig(json.config),
    history: array(json.history, 'history').map((entry, index) => historyEntry(entry, index)),
    diffIds,
    topLayer: chainIds(diffIds).at(-1),
  };
}

function parseObject(content: Buffer): Json {
  let json: unknown;
  try {
    json = JSON.parse(content.toString('utf8'));
  } catch (error) {
    throw invalidParameter('invalid image config: not JSON', error);
  }
  if (json === null) throw invalidParameter('invalid image config: expected an object');
  return object(json, 'the whole');
}

function checkedConfig(value: unknown): ImageConfig {
  const config = object(value, 'config');
  for (const field of ['User', 'WorkingDir', 'StopSignal']) string(config[field], `config.${field}`);
  for (const field of ['Env', 'Cmd', 'Entrypoint', 'OnBuild', 'Shell']) strings(config[field], `config.${field}`);
  for (const field of ['ExposedPorts', 'Volumes']) object(config[field], `config.${field}`);
  for (const [key, label] of Object.entries(object(config.Labels, 'config.Labels'))) string(label, `config.Labels.${key}`);
  if (config.Healthcheck != null) strings(object(config.Healthcheck, 'config.Healthcheck').Test, 'config.Healthcheck.Test');
  return config as ImageConfig;
}

function historyEntry(value: unknown, index: number): HistoryEntry {
  const entry = object(value, `history[${index}]`);
  const text = (field: string) => string(entry[field], `history[${index}].${field}`);
  return {
    created: date(entry.created),
    created_by: text('created_by'),
    author: text('author'),
    comment: text('comment'),
    empty_layer: entry.empty_layer === true,
  };
}

const wrong = (field: string, expected: string) => invalidParameter(`invalid image config: ${field} is not ${expected}`);

/** null and what is missing count as empty, as they do in Go. */
function object(value: unknown, field: string): Json {
  if (value == null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw wrong(field, 'an object');
  return value as Json;
}

function array(value: unknown, field: string): unknown[] {
  if (value == null) return [];
  if (!Array.isArray(value)) throw wrong(field, 'a list');
  return value;
}

function strings(value: unknown, field: string): void {
  for (const item of array(value, field)) if (typeof item !== 'string') throw wrong(field, 'a list of strings');
}

function string(value: unknown, field: string): string | undefined {
  if (value == null) return undefined;
  if (typeof value !== 'string') throw wrong(field, 'a string');
  return value;
}

function date(value: unknown): string | undefined {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : undefined;
}
