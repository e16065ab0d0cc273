// Debian's docker.io, unpacked under .cache/ rather than installed: nothing is started, nothing of the machine's own Docker changes.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { must, root, run, say } from './run.mjs';

/** Folder whose usr/bin and usr/sbin hold docker, dockerd, containerd and runc. */
export const dockerIo = join(root, '.cache/docker.io');

/** Fetches and unpacks docker.io with containerd and runc, once. */
export function ensureDockerIo() {
  return unpackAside(dockerIo, ['docker.io', 'containerd', 'runc']);
}

/**
 * Fetches Debian packages and unpacks them into `target`, unless that is there.
 * @param {string} [release] code name of the release they are from; this machine's own when left out
 */
export async function unpackAside(target, names, release) {
  if (existsSync(target)) return;
  say(`unpacking Debian's ${names[0]}`);
  mkdirSync(dirname(target), { recursive: true });
  const folder = mkdtempSync(`${target}-`);
  try {
    const options = release === undefined ? [] : await listsOf(release, folder);
    if (release !== undefined || (await run('apt-get', ['-q', 'download', ...names], { cwd: folder })).code !== 0) {
      await must('apt-get', ['-q', ...options, 'update']);
      await must('apt-get', ['-q', ...options, 'download', ...names], { cwd: folder });
    }
    for (const archive of readdirSync(folder).filter((name) => name.endsWith('.deb'))) {
      await must('dpkg-deb', ['-x', join(folder, archive), join(folder, 'unpacked')]);
    }
    renameSync(join(folder, 'unpacked'), target);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** apt's options that make it know `release` alone, from the mirror this machine uses, with lists kept in `folder`. */
async function listsOf(release, folder) {
  const { output } = await run('apt-get', ['indextargets', '--format', '$(ORIGIN) $(REPO_URI)', 'Created-By: Packages']);
  const mirror = /^Debian (\S+)$/m.exec(output)?.[1] ?? 'http://deb.debian.org/debian/';
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  writeFileSync(join(folder, 'sources.list'), `deb [signed-by=${keyring}] ${mirror} ${release} main\n`);
  for (const name of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(folder, name), { recursive: true });
  const settings = {
    'Dir::Etc::sourcelist': join(folder, 'sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Dir::State::Lists': join(folder, 'lists'),
    'Dir::Cache': join(folder, 'cache'),
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

/** Makes sure there is a docker CLI: the machine's own, else Debian's. */
export async function ensureDockerCli() {
  if ((await run('sh', ['-c', 'command -v docker'])).code !== 0) await ensureDockerIo();
}
