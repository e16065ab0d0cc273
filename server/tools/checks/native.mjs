// Checks of the C++ code; each resolves to {code, output} as run does.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from '../setup/run.mjs';

/** All C++ files under native/, relative to the repository, without what was built. */
function sources() {
  const names = readdirSync(join(root, 'native'), { recursive: true });
  return names.filter((name) => /[.](cc|h)$/.test(name) && !/^(build|node_modules)\//.test(name)).map((name) => join('native', name));
}

/** Only the addon speaks Node-API: the runtime and the shim build and test without Node. */
export async function napiOnlyInAddon() {
  const including = sources().filter(
    (path) => !path.startsWith('native/addon/') && /#include\s+[<"](napi|node_api|node)[.]h/.test(readFileSync(join(root, path), 'utf8')),
  );
  return {
    code: including.length === 0 ? 0 : 1,
    output: including.map((path) => `${path} includes Node's headers; only native/addon may\n`).join(''),
  };
}

/** clang-format 19 with native/.clang-format. */
export function cxxFormat() {
  return run('clang-format-19', ['--dry-run', '-Werror', ...sources()]);
}

/** A complete build in a tree of its own: warnings are errors there, and a cached object can hide none. */
export async function cxxWarnings() {
  const configure = await run('cmake', ['-S', 'native', '-B', 'native/build/check', '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=Release']);
  return configure.code === 0 ? run('cmake', ['--build', 'native/build/check']) : configure;
}
