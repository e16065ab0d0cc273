// `npm run bench -- [--only NAMES] [-n COUNT]`: sets up what is missing, then measures beside Debian's dockerd.
import { join } from 'node:path';
import { ensurePackages } from './setup/debian.mjs';
import { ensureDockerIo } from './setup/docker-io.mjs';
import { exec } from './setup/exec.mjs';
import { setUp } from './setup/index.mjs';
import { main, node, root, SetupError } from './setup/run.mjs';

await main(async () => {
  if (process.getuid() !== 0) throw new SetupError('the measurements run real containers: run this as root');
  await ensurePackages('bench', 'test');
  await setUp();
  await ensureDockerIo();
  exec(node, [join(root, 'e2e/bench/bench.ts'), ...process.argv.slice(2)]);
});
