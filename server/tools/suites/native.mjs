// Runs the native tests (doctest, with sanitizers) and counts.
import { join } from 'node:path';
import { buildNativeTests, nativeTest } from '../setup/native-tests.mjs';
import { root, run, say } from '../setup/run.mjs';

/**
 * Counts from what the test program printed.
 * @param {number} code its exit code; a crash or a sanitizer's finding counts as one failed test
 * @param {string} output
 * @returns {{passed: number, failed: number}}
 */
export function countNative(code, output) {
  const summary = /test cases:\s*\d+\s*\|\s*(\d+) passed\s*\|\s*(\d+) failed/.exec(output);
  const [passed, failed] = summary ? [Number(summary[1]), Number(summary[2])] : [0, 1];
  return { passed, failed: code !== 0 ? Math.max(failed, 1) : failed };
}

/** @returns {Promise<{passed: number, failed: number}>} */
export async function native() {
  await buildNativeTests();
  const { code, output } = await run(join(root, nativeTest), ['--no-colors=true'], { timeoutMs: 300_000 });
  say(output.trimEnd());
  return countNative(code, output);
}
