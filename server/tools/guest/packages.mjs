// QEMU and Debian's kernel, unpacked under .cache/ rather than installed.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { must, root, run, say } from '../setup/run.mjs';

const unpacked = join(root, '.cache/guest');

/** Name of the package that holds the kernel which Debian's linux-image-amd64 stands for now. */
async function kernelPackage() {
  const depends = await must('apt-cache', ['depends', 'linux-image-amd64']);
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (name === undefined) throw new Error(`apt-cache names no kernel for linux-image-amd64:\n${depends}`);
  return name;
}

/**
 * Downloads into `folder` the packages that QEMU and an NFS server need and this machine does not have, the kernel, and what loads
 * AppArmor profiles.
 */
async function download(folder) {
  mkdirSync(join(folder, 'partial'));
  const options = ['-q', '-y', '-o', `Dir::Cache::archives=${folder}`, '-o', 'APT::Sandbox::User=root'];
  // What is installed already would not be downloaded, but its files are needed no less: the machine's own are used then.
  await must('apt-get', [...options, '--download-only', '--no-install-recommends', 'install', 'qemu-system-x86', 'nfs-kernel-server']);
  await must('apt-get', [...options, 'download', await kernelPackage(), 'apparmor'], { cwd: folder });
}

async function unpack(folder) {
  const tree = join(folder, 'unpacked');
  for (const archive of readdirSync(folder).filter((name) => name.endsWith('.deb'))) {
    await must('dpkg-deb', ['-x', join(folder, archive), tree]);
  }
  const [version] = readdirSync(join(tree, 'lib/modules'));
  await must('busybox', ['depmod', '-b', tree, version]);
  renameSync(tree, unpacked);
}

/** Fetches and unpacks both, once. @returns the folder that has them, like the top of a file system */
export async function ensureGuestPackages() {
  if (existsSync(join(unpacked, 'usr/sbin/rpc.nfsd'))) return unpacked;
  rmSync(unpacked, { recursive: true, force: true });
  say("unpacking QEMU, Debian's kernel and an NFS server");
  mkdirSync(join(root, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(root, '.cache/guest-'));
  try {
    if ((await run('apt-cache', ['show', 'qemu-system-x86', 'linux-image-amd64'])).code !== 0) await must('apt-get', ['-q', 'update']);
    await download(folder);
    await unpack(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return unpacked;
}
