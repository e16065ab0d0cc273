// `npm test`: sets up what is missing, then runs every test there is; the last line is `N passed, N failed`.
// Names of suites as arguments run only those: npm test -- unit native.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureComposeV2 } from './setup/compose.mjs';
import { ensureDockerCli, ensureDockerIo } from './setup/docker-io.mjs';
import { ensureFirewalld } from './setup/firewalld.mjs';
import { setUp } from './setup/index.mjs';
import { ensurePodman } from './setup/podman.mjs';
import { main, root, say, SetupError } from './setup/run.mjs';
import { native } from './suites/native.mjs';
import { playwright } from './suites/playwright.mjs';
import { onRuntime, vitest } from './suites/vitest.mjs';

const containerTests = ['run', 'host-config', 'lifecycle', 'exec', 'copy', 'volumes'].map((name) => `cli/${name}.test.ts`);

/** Name -> a function that runs the suite and resolves to {passed, failed}. */
const suites = {
  server: () => vitest('server'),
  web: () => vitest('web'),
  native,
  // Once more for a test that ran out of its time on a machine that is shared: the report says which (`retry x1`).
  e2e: () => vitest('e2e', '--retry=1'),
  // All of them: npm run test:runtimes.
  runc: () => onRuntime('runc', ...containerTests),
  crun: () => onRuntime('crun', ...containerTests),
  ui: playwright,
};

/** A suite that cannot be run at all is a failed test too, and the others still run. */
async function runSuite(name) {
  say(`\n--- ${name}`);
  try {
    return await suites[name]();
  } catch (error) {
    say(error instanceof SetupError ? error.message : error.stack);
    return { passed: 0, failed: 1 };
  }
}

await main(async () => {
  const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(suites);
  const unknown = chosen.filter((name) => !(name in suites));
  if (unknown.length > 0) throw new SetupError(`there is no suite ${unknown.join(', ')}: choose from ${Object.keys(suites).join(', ')}`);
  if (process.getuid() !== 0) throw new SetupError('the tests run real containers: run this as root');
  rmSync(join(root, '.cache/test'), { recursive: true, force: true });
  mkdirSync(join(root, '.cache/test'), { recursive: true });
  await setUp('test');
  await ensureDockerCli();
  if (chosen.includes('e2e')) {
    await ensureDockerIo();
    await ensurePodman();
    await ensureComposeV2();
    await ensureFirewalld();
  }
  const counts = [];
  for (const name of chosen) counts.push({ name, ...(await runSuite(name)) });
  say(`\n${counts.map(({ name, passed, failed }) => `${name}: ${passed} passed, ${failed} failed`).join('\n')}`);
  const sum = (key) => counts.reduce((total, count) => total + count[key], 0);
  process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`);
  process.exitCode = sum('failed') === 0 ? 0 : 1;
});
