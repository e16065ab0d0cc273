import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { DaemonConfig, OciRuntime } from '../../base/config.js';
import { invalidParameter } from '../../base/errors.js';
import { NATIVE_RUNTIME } from '../../base/runtime-name.js';

/**
 * OCI runtimes from `--add-runtime name=path`, or from the file's `runtimes`: {name: {path, runtimeArgs}}.
 * @throws InvalidParameter naming what is wrong with one
 */
export function runtimesOf(setting: unknown): DaemonConfig['runtimes'] {
  if (setting === undefined) return {};
  if (typeof setting !== 'object' || setting === null || Array.isArray(setting)) throw invalidParameter('runtimes must be an object');
  return Object.fromEntries(Object.entries(setting).map(([name, value]) => [checkName(name), runtimeOf(name, value)]));
}

function checkName(name: string): string {
  if (name === NATIVE_RUNTIME) throw invalidParameter(`runtime name '${name}' is reserved`);
  return name;
}

function runtimeOf(name: string, value: unknown): OciRuntime {
  const { path, runtimeArgs = [] } =
    typeof value === 'string' ? { path: value } : ((value ?? {}) as { path?: unknown; runtimeArgs?: unknown });
  if (typeof path !== 'string' || path === '') throw invalidParameter(`runtime ${name} needs the path of its program`);
  if (!Array.isArray(runtimeArgs) || runtimeArgs.some((each) => typeof each !== 'string')) {
    throw invalidParameter(`runtimeArgs of runtime ${name} must be a list of strings`);
  }
  return { path: isAbsolute(path) ? path : (find(path) ?? path), args: runtimeArgs as string[] };
}

/** A bare name is looked for once, when the daemon starts. */
function find(name: string): string | undefined {
  const paths = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
