// Debian's docker.io, unpacked under .cache/ rather than installed: nothing is started, nothing of the machine's own Docker changes.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { must, root, run, say } from './run.mjs';

/** Folder whose usr/bin and usr/sbin hold docker, dockerd, containerd and runc. */
export const dockerIo = join(root, '.cache/docker.io');

/** Fetches and unpacks docker.io with containerd and runc, once. */
export function ensureDockerIo() {
  return unpackAside(dockerIo, ['docker.io', 'containerd', 'runc']);
}

/** Fetches Debian packages and unpacks them into `target`, unless that is there. */
export async function unpackAside(target, names) {
  if (existsSync(target)) return;
  say(`unpacking Debian's ${names[0]}`);
  mkdirSync(dirname(target), { recursive: true });
  const folder = mkdtempSync(`${target}-`);
  try {
    if ((await run('apt-get', ['-q', 'download', ...names], { cwd: folder })).code !== 0) {
      await must('apt-get', ['-q', 'update']);
      await must('apt-get', ['-q', 'download', ...names], { cwd: folder });
    }
    for (const archive of readdirSync(folder).filter((name) => name.endsWith('.deb'))) {
      await must('dpkg-deb', ['-x', join(folder, archive), join(folder, 'unpacked')]);
    }
    renameSync(join(folder, 'unpacked'), target);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Makes sure there is a docker CLI: the machine's own, else Debian's. */
export async function ensureDockerCli() {
  if ((await run('sh', ['-c', 'command -v docker'])).code !== 0) await ensureDockerIo();
}
