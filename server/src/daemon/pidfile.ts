import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { conflict } from '../base/errors.js';

/**
 * Writes this process's ID and returns how to take the file away again.
 * @throws Conflict when the daemon that wrote it is alive
 */
export function writePidfile(path: string): () => void {
  const other = aliveIn(path);
  if (other !== undefined && other !== process.pid)
    throw conflict(
      `a daemon already runs as process ${other} (${path}): stop it, or give this one its own --pidfile, --data-root and --exec-root`,
    );
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${process.pid}\n`);
  return () => rmSync(path, { force: true });
}

/** The live daemon a pidfile names. A process ID is used again after a while, so its command must be ours too. */
function aliveIn(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8').trim());
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return command.includes('main.js') || command.includes('slipwayd') ? pid : undefined;
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
