// The whole set-up: Debian packages, npm packages, everything built. Quick when nothing is missing.
import { buildAll } from './build.mjs';
import { ensurePackages } from './debian.mjs';
import { ensureNodeModules } from './npm.mjs';

/** Makes the daemon runnable; `purposes` adds packages for more than building and running (see debian.mjs). */
export async function setUp(...purposes) {
  await ensurePackages('build', ...purposes);
  await ensureNodeModules();
  await buildAll();
}
