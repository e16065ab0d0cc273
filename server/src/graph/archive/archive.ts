import { posix } from 'node:path';
import { invalidParameter } from '../../base/errors.js';
import { parseReference, type Reference } from '../../base/reference.js';
import type { StagedArchive } from '../../drivers/graphdriver/driver.js';
import type { Manifest } from '../images.js';

/** An image as an archive describes it. */
export interface ArchiveImage {
  readonly config: Buffer;
  readonly manifests: readonly Manifest[];
  /** What attestation manifests among them point to. */
  readonly statements?: readonly Buffer[];
  /** Names of the layer files, lowest layer first. */
  readonly layers: readonly string[];
  readonly references: readonly Reference[];
}

const MOST_LINKS = 8;

/**
 * The name of the file that `name` leads to within the archive, through its links.
 * @throws InvalidParameter for a name that climbs out of the archive or goes round in circles
 */
export function resolveName(archive: StagedArchive, name: unknown): string {
  if (typeof name !== 'string' || name === '') throw invalidParameter(`invalid archive: ${JSON.stringify(name)} is not a file name`);
  let path = within(name);
  for (let hops = 0; archive.links.has(path); hops++) {
    if (hops === MOST_LINKS) throw invalidParameter(`invalid archive: too many links at ${JSON.stringify(name)}`);
    path = within(posix.join(posix.dirname(path), archive.links.get(path) ?? ''));
  }
  return path;
}

/** The content of a small file. @throws InvalidParameter when the archive has no such file */
export function readEntry(archive: StagedArchive, name: unknown): Buffer {
  const content = archive.files.get(resolveName(archive, name));
  if (!content) throw invalidParameter(`invalid archive: ${JSON.stringify(name)} is missing`);
  return content;
}

/** Parses the JSON of a file of the archive. @throws InvalidParameter */
export function parseEntry(content: Buffer, name: string): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch (error) {
    throw invalidParameter(`invalid archive: ${name} is not JSON`, error);
  }
}

/** A name:tag that an archive gives to an image. @throws InvalidParameter */
export function parseTagged(text: unknown): Reference {
  const reference = parseReference(typeof text === 'string' ? text : '');
  if (reference.tag === undefined || reference.digest !== undefined) throw invalidParameter(`invalid tag ${JSON.stringify(text)}`);
  return reference;
}

function within(path: string): string {
  const normal = posix.normalize(path).replace(/^\.\//, '');
  if (normal.startsWith('/') || normal === '..' || normal.startsWith('../') || normal.includes('\0')) {
    throw invalidParameter(`invalid archive: ${JSON.stringify(path)} leads out of it`);
  }
  return normal;
}
