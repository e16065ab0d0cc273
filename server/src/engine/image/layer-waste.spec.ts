import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { measureWaste } from './layer-waste.js';

/** Needs root: a whiteout is a device. */
test('counts what upper layers make useless', async () => {
  const root = mkdtempSync(join(tmpdir(), 'slipway-waste-'));
  const layers = ['1', '2', '3'].map((name) => join(root, name));
  for (const layer of layers) mkdirSync(join(layer, 'a/b'), { recursive: true });
  const [first = '', second = '', third = ''] = layers;
  writeFileSync(join(first, 'a/big'), Buffer.alloc(1000));
  writeFileSync(join(first, 'a/b/kept'), Buffer.alloc(10));
  symlinkSync('/', join(first, 'a/everything'));
  writeFileSync(join(second, 'a/big'), Buffer.alloc(500));
  rmSync(join(third, 'a/b'), { recursive: true });
  execFileSync('mknod', [join(third, 'a/b'), 'c', '0', '0']);
  execFileSync('mknod', [join(third, 'a/big'), 'c', '0', '0']);
  expect(await measureWaste(layers)).toEqual([
    { files: 5, size: 1010, wasted: 0 },
    { files: 3, size: 500, wasted: 1000 },
    { files: 3, size: 0, wasted: 510 },
  ]);
  rmSync(root, { recursive: true });
});
