// Generated code is committed; it must be what the documents make today.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { node, root, run } from '../setup/run.mjs';

const folders = ['server/src/api/generated', 'web/src/client/generated'];

/** Generates into a folder of its own and compares it with the tree; resolves to {code, output} as run does. */
export async function generatedDrift() {
  const fresh = mkdtempSync(join(tmpdir(), 'slipway-generated-'));
  try {
    const generation = await run(node, ['server/tools/generate.mjs', fresh]);
    if (generation.code !== 0) return generation;
    const comparisons = await Promise.all(folders.map((folder) => run('diff', ['-r', '-q', join(root, folder), join(fresh, folder)])));
    const code = Math.max(...comparisons.map((comparison) => comparison.code));
    const differences = comparisons.map(({ output }) => output.replaceAll(`${root}/`, '')).join('');
    return { code, output: `${differences}generated code is behind its documents: run npm run generate and commit what changed\n` };
  } finally {
    rmSync(fresh, { recursive: true });
  }
}
