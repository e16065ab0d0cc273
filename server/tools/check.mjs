// `npm run check`: all that can be said about the code without running it. Every check runs; any failure makes the exit code 1.
import { join } from 'node:path';
import { generatedDrift } from './checks/generated-drift.mjs';
import { cxxFormat, cxxWarnings, napiOnlyInAddon } from './checks/native.mjs';
import { ensurePackages } from './setup/debian.mjs';
import { ensureNodeModules } from './setup/npm.mjs';
import { main, node, root, run, say } from './setup/run.mjs';

const script =
  (path, ...args) =>
  () =>
    run(node, [join(root, 'node_modules', path), ...args]);

/** Name -> a function that resolves to {code, output}. */
const checks = {
  'generated code matches its documents': generatedDrift,
  'the documents are valid OpenAPI': script(
    '@redocly/cli/bin/cli.js',
    'lint',
    '--config',
    '.redocly.yaml',
    'docker-api.openapi.yaml',
    'server/dashboard-api.openapi.yaml',
  ),
  'types of the daemon': script('typescript7/bin/tsc', '-p', 'server', '--noEmit'),
  'types of the dashboard': script('vue-tsc/bin/vue-tsc.js', '-p', 'web', '--noEmit'),
  'types of the end-to-end tests': script('typescript7/bin/tsc', '-p', 'e2e', '--noEmit'),
  lint: script('oxlint/bin/oxlint'),
  format: script('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'),
  'import law': script(
    'dependency-cruiser/bin/dependency-cruiser.mjs',
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'err',
    'server/src',
    'web/src',
    'e2e',
  ),
  'napi.h stays in native/addon': napiOnlyInAddon,
  'C++ format': cxxFormat,
  'C++ warnings': cxxWarnings,
};

/** Runs one check and prints one line for it, or all it had to say when it failed. */
async function report([name, check]) {
  const start = performance.now();
  const { code, output } = await check();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  say(code === 0 ? `ok      ${name} (${seconds} s)` : `${output.trimEnd()}\nfailed  ${name} (${seconds} s)`);
  return code === 0;
}

await main(async () => {
  await ensurePackages('build', 'check');
  await ensureNodeModules();
  const results = [];
  for (const check of Object.entries(checks)) results.push(await report(check));
  const failed = results.filter((ok) => !ok).length;
  say(`${results.length - failed} checks passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
});
