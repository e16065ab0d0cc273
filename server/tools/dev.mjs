// `npm run dev -- FLAGS`: the daemon, built and started again when its sources change, and the page with hot reload.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { buildGenerated, buildNative, buildServer } from './setup/build.mjs';
import { setUp } from './setup/index.mjs';
import { environment, main, node, root, say, SetupError } from './setup/run.mjs';

/** Where the daemon serves the dashboard: the value of `--dashboard ADDRESS` or `--dashboard=ADDRESS`, else its own default. */
function dashboard(flags) {
  const at = flags.findLastIndex((flag) => /^--dashboard(=|$)/.test(flag));
  if (at < 0) return '127.0.0.1:9000';
  return flags[at].includes('=') ? flags[at].slice('--dashboard='.length) : flags[at + 1];
}

/** Starts the daemon; it is left alone until stop(), which waits for its end. */
function startDaemon() {
  const child = spawn(join(root, 'server/bin/slipwayd'), process.argv.slice(2), {
    stdio: 'inherit',
    env: { ...environment, NODE_OPTIONS: '--enable-source-maps' },
  });
  return async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
}

/** Vite's server for the page; it passes the API and the socket on to the daemon. */
function startVite() {
  const env = { ...environment, SLIPWAY_DASHBOARD: `http://${dashboard(process.argv.slice(2))}` };
  return spawn(node, [join(root, 'node_modules/vite/bin/vite.js')], { cwd: join(root, 'web'), stdio: 'inherit', env });
}

/** Builds what changed; an error in the sources is shown and leaves the running daemon as it is. */
async function rebuilt() {
  try {
    await buildGenerated();
    await Promise.all([buildNative(), buildServer()]);
    return true;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    return false;
  }
}

/** Calls `changed` after every burst of changes below the folders, one call at a time. */
function onChange(paths, changed) {
  let timer;
  let running = Promise.resolve();
  const ignored = /(^|\/)(build|dist|node_modules)(\/|$)/;
  for (const path of paths) {
    watch(join(root, path), { recursive: true }, (_, name) => {
      if (name && ignored.test(name)) return;
      clearTimeout(timer);
      timer = setTimeout(() => (running = running.then(changed)), 100);
    });
  }
}

await main(async () => {
  await setUp();
  let stop = startDaemon();
  const vite = startVite();
  onChange(['docker-api.openapi.yaml', 'server/dashboard-api.openapi.yaml', 'server/src', 'native'], async () => {
    if (!(await rebuilt())) return;
    await stop();
    say('starting the daemon again');
    stop = startDaemon();
  });
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, async () => {
      vite.kill();
      await stop();
      process.exit(0);
    });
  }
});
