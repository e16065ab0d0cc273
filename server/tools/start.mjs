// `npm start -- FLAGS`: sets up what is missing, then becomes the daemon with those flags.
import { join } from 'node:path';
import { exec } from './setup/exec.mjs';
import { setUp } from './setup/index.mjs';
import { main, root } from './setup/run.mjs';

await main(async () => {
  await setUp();
  exec(join(root, 'server/bin/slipwayd'), process.argv.slice(2));
});
