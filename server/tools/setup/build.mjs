// Everything that is made from sources, each only when its own sources changed.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { unlessFresh } from './fingerprint.mjs';
import { must, node, root, say } from './run.mjs';

const documents = ['docker-api.openapi.yaml', 'server/dashboard-api.openapi.yaml'];
const bin = (name) => join(root, 'node_modules', name);

/** Types, clients and the compact document from the OpenAPI documents. */
export function buildGenerated() {
  const outputs = ['server/src/api/generated/openapi.json', 'web/src/client/generated/docker/types.gen.ts'];
  return unlessFresh('generated', { inputs: [...documents, 'server/tools/generate.mjs'], outputs }, async () => {
    say('generating code from the OpenAPI documents');
    await must(node, ['server/tools/generate.mjs']);
  });
}

/** The addon and the programs beside it, with CMake and Ninja. */
export function buildNative() {
  const programs = ['slipway-shim', 'slipway-resolver', 'docker-init', 'slipway-runtime'];
  const outputs = ['native/build/slipway.node', ...programs.map((name) => join('native/build', name))];
  const inputs = ['CMakeLists.txt', 'addon', 'archive', 'init', 'libcontainer', 'network', 'resolver', 'runtime', 'shim'].map((name) =>
    join('native', name),
  );
  return unlessFresh('native', { inputs, outputs }, async () => {
    say('building the native runtime');
    await must('cmake', ['-S', 'native', '-B', 'native/build', '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=Release']);
    await must('cmake', ['--build', 'native/build', '--target', 'addon', ...programs]);
  });
}

/** The daemon: types checked and JavaScript emitted in one go, into an empty folder so that nothing stale stays. */
export function buildServer() {
  const inputs = ['server/src', 'server/tsconfig.json', 'server/package.json', 'native/addon', 'package-lock.json'];
  return unlessFresh('server', { inputs, outputs: ['server/dist/main.js'] }, async () => {
    say('building the daemon');
    rmSync(join(root, 'server/dist'), { recursive: true, force: true });
    await must(node, [bin('typescript7/bin/tsc'), '-p', 'server']);
  });
}

/** The dashboard's page. */
export function buildWeb() {
  const inputs = ['web', 'server/src/api/live/protocol.ts', 'package-lock.json'];
  return unlessFresh('web', { inputs, outputs: ['web/dist/index.html'] }, async () => {
    say('building the dashboard');
    await must(node, [bin('vite/bin/vite.js'), 'build', '--logLevel', 'warn'], { cwd: join(root, 'web') });
  });
}

/** All of it; the native build takes longest and needs nothing of the others. */
export async function buildAll() {
  const scripts = buildGenerated().then(buildServer).then(buildWeb);
  const results = await Promise.allSettled([buildNative(), scripts]);
  for (const { reason } of results) if (reason) throw reason;
}
