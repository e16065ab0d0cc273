import { readFile, rm } from 'node:fs/promises';
import { runtime } from '../../libcontainer/index.js';
import type { ContainerCommand } from './driver.js';

/** A JSON file; undefined when it is not there. */
export async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Starts the shim of a container. Its bundle is deleted when that fails. */
export async function launchShim(launch: Parameters<typeof runtime.launchContainer>[0]): ReturnType<typeof runtime.launchContainer> {
  try {
    return await runtime.launchContainer(launch);
  } catch (error) {
    await rm(launch.bundle, { recursive: true, force: true });
    throw error;
  }
}

/** What the shim of a container is told beside its spec. Attributes go into every record of the log as they are: the shim takes them as text. */
export function launchOptions(command: ContainerCommand) {
  const attributes = command.log.driver === 'json-file' ? command.log.attributes : undefined;
  return {
    rootfs: command.rootfs,
    tty: command.tty,
    openStdin: command.openStdin,
    stdinOnce: command.stdinOnce,
    log: { ...command.log, attributes: attributes && Object.keys(attributes).length > 0 ? JSON.stringify(attributes) : '' },
    rows: command.consoleSize?.rows ?? 0,
    columns: command.consoleSize?.columns ?? 0,
  };
}
