// `npm run test:fuzz`, `npm run test:faults` and their like: sets up what is missing, then runs that program of e2e/trust with
// the arguments given.
import { join } from 'node:path';
import { ensureDockerCli } from './setup/docker-io.mjs';
import { exec } from './setup/exec.mjs';
import { setUp } from './setup/index.mjs';
import { main, node, root, SetupError } from './setup/run.mjs';

await main(async () => {
  const [program, ...args] = process.argv.slice(2);
  if (process.getuid() !== 0) throw new SetupError('these tests run real containers: run this as root');
  await setUp('test');
  await ensureDockerCli();
  exec(node, [join(root, 'e2e/trust', program), ...args]);
});
