// `npm run bench:page -- [--only load,crowd,flood,search]`: sets up what is missing, then measures the dashboard in Chromium.
import { join } from 'node:path';
import { ensurePackages } from './setup/debian.mjs';
import { exec } from './setup/exec.mjs';
import { setUp } from './setup/index.mjs';
import { main, node, root, SetupError } from './setup/run.mjs';

await main(async () => {
  if (process.getuid() !== 0) throw new SetupError('the containers that are shown are real ones: run this as root');
  await ensurePackages('test');
  await setUp();
  exec(node, [join(root, 'e2e/bench/page/main.ts'), ...process.argv.slice(2)]);
});
