import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { BuildCacheRule } from '../../base/config.js';
import { invalidParameter } from '../../base/errors.js';
import { sizeOf } from './sizes.js';

/** What of the disk the cache may have unless it is said. */
const SHARE = 0.1;
/** Older than this it goes first. */
const OLD = '1440h';

/**
 * The rules of the file's `builder.gc`, in the form of dockerd's; none when it does not switch them on.
 * @param setting the key `builder`
 * @throws InvalidParameter naming what is wrong
 */
export function buildCacheRulesOf(setting: unknown, dataRoot: string): readonly BuildCacheRule[] {
  if (setting === undefined) return [];
  const builder = objectOf('builder', setting);
  const given = builder('gc');
  if (given === undefined) return [];
  const gc = objectOf('builder.gc', given);
  if ((gc('enabled') ?? true) !== true) return [];
  const size = (name: string, value: unknown) => (value === undefined || value === '' ? undefined : sizeOf(name, String(value)));
  const standard = () => size('builder.gc', gc('defaultReservedSpace') ?? gc('defaultKeepStorage') ?? gc('defaultMaxUsedSpace'));
  const policy = gc('policy');
  if (policy === undefined) {
    const keep = standard() ?? shareOf(dataRoot);
    return [
      { all: false, keep, filters: { 'unused-for': [OLD] } },
      { all: false, keep, filters: {} },
      { all: true, keep, filters: {} },
    ];
  }
  if (!Array.isArray(policy)) throw invalidParameter('builder.gc.policy must be a list');
  return policy.map((one) => {
    const rule = objectOf('builder.gc.policy', one);
    const keep = size('builder.gc.policy', rule('reservedSpace') ?? rule('keepStorage') ?? rule('maxUsedSpace')) ?? standard() ?? 0;
    return { all: rule('all') === true, keep, filters: filtersOf(rule('filter')) };
  });
}

/** A list of `name=value`. */
function filtersOf(given: unknown): Record<string, string[]> {
  const filters: Record<string, string[]> = {};
  if (given !== undefined && !Array.isArray(given)) throw invalidParameter('builder.gc.policy: filter must be a list of name=value');
  for (const word of (given ?? []) as unknown[]) {
    const [, name, value] = /^\s*([^=]+?)\s*=\s*(.*?)\s*$/s.exec(String(word)) ?? [];
    if (name === undefined || value === undefined) throw invalidParameter(`builder.gc.policy: filter ${String(word)} must be name=value`);
    (filters[name.toLowerCase()] ??= []).push(value);
  }
  return filters;
}

/** Reads keys as Go does: whatever their case. */
function objectOf(name: string, value: unknown): (key: string) => unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidParameter(`${name} must be an object`);
  const entries = new Map(Object.entries(value).map(([key, one]) => [key.toLowerCase(), one as unknown]));
  return (key) => entries.get(key.toLowerCase());
}

/** Bytes. */
function shareOf(folder: string): number {
  if (!existsSync(folder)) return shareOf(dirname(folder));
  const { blocks, bsize } = statfsSync(folder);
  return Math.floor(blocks * bsize * SHARE);
}
