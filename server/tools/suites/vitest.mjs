// Runs a Vitest project and counts.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { environment, node, root, run } from '../setup/run.mjs';

/**
 * Counts from Vitest's JSON report.
 * @param {number} code Vitest's exit code; a run that ends badly without a failed test counts as one failed test
 * @param {string} report empty when there is none
 * @returns {{passed: number, failed: number}} a file of tests that cannot be read counts as one failed test, too
 */
export function countVitest(code, report) {
  if (report === '') return { passed: 0, failed: 1 };
  const { numPassedTests: passed, numFailedTests, testResults } = JSON.parse(report);
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const failed = numFailedTests + brokenFiles.length;
  return { passed, failed: code !== 0 ? Math.max(failed, 1) : failed };
}

/**
 * Runs Vitest in one workspace, its report going to the terminal.
 * @returns {Promise<{passed: number, failed: number}>}
 */
export function vitest(workspace, ...args) {
  return vitestAs(workspace, workspace, {}, ...args);
}

/** The tests of containers, run by an OCI runtime of Debian's. @param {string} runtime runc or crun */
export function onRuntime(runtime, ...files) {
  return vitestAs(runtime, 'e2e', { SLIPWAY_TEST_RUNTIME: runtime }, '--retry=1', ...files);
}

async function vitestAs(name, workspace, variables, ...args) {
  const report = join(root, `.cache/test/${name}.json`);
  rmSync(report, { force: true });
  const program = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', join(root, workspace)];
  const { code } = await run(node, [...program, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args], {
    live: true,
    env: { ...environment, ...variables },
  });
  return countVitest(code, existsSync(report) ? readFileSync(report, 'utf8') : '');
}
