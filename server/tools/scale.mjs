// `npm run scale -- [CONTAINERS [PORTS]]`: sets up what is missing, then crowds a network with containers and ports.
import { join } from 'node:path';
import { ensurePackages } from './setup/debian.mjs';
import { exec } from './setup/exec.mjs';
import { setUp } from './setup/index.mjs';
import { main, node, root, SetupError } from './setup/run.mjs';

await main(async () => {
  if (process.getuid() !== 0) throw new SetupError('the crowd is of real containers: run this as root');
  await ensurePackages('test');
  await setUp();
  exec(node, [join(root, 'e2e/bench/network-scale.ts'), ...process.argv.slice(2)]);
});
