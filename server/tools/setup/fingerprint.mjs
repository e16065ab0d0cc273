// Whether something has to be made again: a digest of its inputs, kept in .cache/ beside what was made from them.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

/** Folders of outputs inside folders of inputs. */
const skipped = new Set(['node_modules', 'build', 'dist', '.cache']);

/** All files under a path, in a stable order; a file is itself. */
function files(path) {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  const names = readdirSync(join(root, path))
    .filter((name) => !skipped.has(name))
    .sort();
  return names.flatMap((name) => files(join(path, name)));
}

/** Hex SHA-256 over names and contents of everything under `paths` (relative to the repository). */
export function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const path of paths.filter((candidate) => existsSync(join(root, candidate))).flatMap(files)) {
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/**
 * Runs `make` unless `outputs` are there and were made from the very same `inputs`.
 * The digest is forgotten first, so that a build that fails half-way is never taken for a good one.
 */
export async function unlessFresh(name, { inputs, outputs }, make) {
  const stamp = join(root, '.cache/fresh', name);
  const digest = fingerprint(inputs);
  const made = outputs.every((path) => existsSync(join(root, path)));
  if (made && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  rmSync(stamp, { force: true });
  await make();
  mkdirSync(join(root, '.cache/fresh'), { recursive: true });
  writeFileSync(stamp, digest);
}
