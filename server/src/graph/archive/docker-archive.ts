import { posix } from 'node:path';
import { digestOf } from '../../base/digest.js';
import { invalidParameter } from '../../base/errors.js';
import type { StagedArchive } from '../../drivers/graphdriver/driver.js';
import { type ArchiveImage, parseEntry, parseTagged, readEntry, resolveName } from './archive.js';

interface Entry {
  readonly Config?: unknown;
  readonly RepoTags?: unknown;
  readonly Layers?: unknown;
}

/**
 * The images of a `docker save` archive, as its manifest.json lists them.
 * @throws InvalidParameter when it lies about a config's digest or is not in form
 */
export function readDockerArchive(archive: StagedArchive): ArchiveImage[] {
  const list = parseEntry(readEntry(archive, 'manifest.json'), 'manifest.json');
  if (!Array.isArray(list)) throw invalidParameter('invalid archive: manifest.json is not a list');
  return list.map((entry: unknown, index) => {
    if (entry === null || typeof entry !== 'object') throw invalidParameter(`invalid archive: manifest.json[${index}] is not an object`);
    return imageOf(archive, entry);
  });
}

function imageOf(archive: StagedArchive, entry: Entry): ArchiveImage {
  const config = readEntry(archive, entry.Config);
  checkConfigName(String(entry.Config), config);
  return {
    config,
    manifests: [],
    layers: listOf(entry.Layers, 'Layers').map((name) => resolveName(archive, name)),
    references: listOf(entry.RepoTags, 'RepoTags').map(parseTagged),
  };
}

/** The config's name is its digest in every archive since Docker 1.10. */
function checkConfigName(name: string, config: Buffer): void {
  const named = /^([a-f0-9]{64})(?:\.json)?$/.exec(posix.basename(name))?.[1];
  const actual = digestOf(config);
  if (named !== undefined && actual !== `sha256:${named}`) {
    throw invalidParameter(`invalid archive: config ${name} has digest ${actual}`);
  }
}

function listOf(value: unknown, field: string): unknown[] {
  if (value == null) return [];
  if (!Array.isArray(value)) throw invalidParameter(`invalid archive: ${field} in manifest.json is not a list`);
  return value;
}
