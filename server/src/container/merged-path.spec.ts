import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findMerged } from './merged-path.js';
import { markOpaque } from './testing/opaque.js';

describe('findMerged', () => {
  let root: string;
  let upper: string;
  let lower: string;
  const find = async (path: string) => {
    const found = await findMerged([upper, lower], path);
    return found && [found.path, ...found.folders].map((each) => each.slice(root.length));
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'merged-'));
    [upper, lower] = [join(root, 'upper'), join(root, 'lower')];
    for (const layer of [upper, lower]) mkdirSync(join(layer, 'a/b'), { recursive: true });
    writeFileSync(join(lower, 'a/b/file'), 'lower');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('joins folders, and finds files in the uppermost layer that has them', async () => {
    expect(await find('/a/b')).toEqual(['/upper/a/b', '/upper/a/b', '/lower/a/b']);
    expect(await find('a/b/file')).toEqual(['/lower/a/b/file']);
    writeFileSync(join(upper, 'a/b/file'), 'upper');
    expect(await find('a/b/file')).toEqual(['/upper/a/b/file']);
    expect(await find('a/b/file/in/it')).toBeUndefined();
  });

  it('sees what was deleted, and what was made anew (needs root)', async () => {
    markOpaque(join(upper, 'a'));
    expect(await find('/a/b')).toEqual(['/upper/a/b', '/upper/a/b']);
    expect(await find('/a/b/file')).toBeUndefined();
    rmSync(join(upper, 'a'), { recursive: true });
    execFileSync('mknod', [join(upper, 'a'), 'c', '0', '0']);
    expect(await find('/a')).toBeUndefined();
  });
});
