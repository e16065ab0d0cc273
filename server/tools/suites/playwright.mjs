// Runs the browser tests and counts.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { environment, node, root, run, say } from '../setup/run.mjs';

/**
 * A story that fails is told once more, for Chromium breaks off requests when a container's link comes or goes on its host;
 * one that only then holds has passed, and is named.
 * @returns {Promise<{passed: number, failed: number}>} a run that ends badly without a failed test counts as one
 */
export async function playwright() {
  const report = join(root, '.cache/test/ui.json');
  rmSync(report, { force: true });
  const cli = join(root, 'node_modules/@playwright/test/cli.js');
  const env = { ...environment, PLAYWRIGHT_JSON_OUTPUT_NAME: report };
  const { code } = await run(node, [cli, 'test', '--reporter=list,json', '--retries=1'], { cwd: join(root, 'e2e'), env, live: true });
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const { expected, unexpected, flaky } = JSON.parse(readFileSync(report, 'utf8')).stats;
  if (flaky > 0) say(`${flaky} of the browser tests held only when tried again`);
  return { passed: expected + flaky, failed: code !== 0 ? Math.max(unexpected, 1) : unexpected };
}
