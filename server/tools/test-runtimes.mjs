// `npm run test:runtimes [-- runc|crun]`: all tests that drive the docker CLI, and the hostile images and requests, with the containers run by
// Debian's runc and then its crun. The last line is `N passed, N failed`.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDockerCli, ensureDockerIo } from './setup/docker-io.mjs';
import { setUp } from './setup/index.mjs';
import { ensurePodman } from './setup/podman.mjs';
import { main, root, say, SetupError } from './setup/run.mjs';
import { onRuntime } from './suites/vitest.mjs';

const RUNTIMES = ['runc', 'crun'];
const FILES = ['cli', 'trust/hostile-images.test.ts', 'trust/hostile-requests.test.ts'];

await main(async () => {
  const chosen = process.argv.length > 2 ? process.argv.slice(2) : RUNTIMES;
  const unknown = chosen.filter((name) => !RUNTIMES.includes(name));
  if (unknown.length > 0) throw new SetupError(`no such runtime ${unknown.join(', ')}: choose from ${RUNTIMES.join(', ')}`);
  if (process.getuid() !== 0) throw new SetupError('the tests run real containers: run this as root');
  mkdirSync(join(root, '.cache/test'), { recursive: true });
  await setUp('test');
  await ensureDockerCli();
  await ensureDockerIo();
  await ensurePodman();
  const counts = [];
  for (const name of chosen) counts.push(await onRuntime(name, ...FILES));
  for (const [index, { passed, failed }] of counts.entries()) say(`${chosen[index]}: ${passed} passed, ${failed} failed`);
  const sum = (key) => counts.reduce((total, count) => total + count[key], 0);
  process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`);
  process.exitCode = sum('failed') === 0 ? 0 : 1;
});
