import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { systemError } from '../../../base/errors.js';
import type { MountRequest } from './options.js';

const run = promisify(execFile);

/** Mounts on the folder `target`, with mount(8): it knows the helpers of network file systems and resolves names. @throws System */
export async function mountOn(target: string, { type, device, options }: MountRequest): Promise<void> {
  try {
    await run('mount', ['-t', type, ...(options ? ['-o', options] : []), device, target]);
  } catch (error) {
    throw failure(`failed to mount local volume: mount ${device}:${target}, data: ${options}`, error);
  }
}

/** Takes away what is mounted on `target`; containers that have it go on with theirs. @throws System */
export async function unmountFrom(target: string): Promise<void> {
  try {
    await run('umount', ['-l', target]);
  } catch (error) {
    throw failure(`failed to unmount local volume ${target}`, error);
  }
}

/** Whether something is mounted on exactly this folder. proc_pid_mountinfo(5) */
export async function isMounted(target: string): Promise<boolean> {
  const escaped = target.replace(/[ \t\n\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  return lines.some((line) => line.split(' ')[4] === escaped);
}

function failure(what: string, error: unknown): Error {
  const { stderr = '', message } = error as { stderr?: string; message: string };
  return systemError(`${what}: ${stderr.trim() || message}`, error);
}
