// The guest's first root: busybox, kernel modules and the script that mounts the real root.
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { must } from '../setup/run.mjs';

/** For the root (9p) and the disk, and what containers and their networks use that is no fixed part of the kernel. */
const wanted = [
  'virtio_pci',
  '9pnet_virtio',
  '9p',
  'crc32c_generic',
  'virtio_blk',
  'ext4',
  'overlay',
  'veth',
  'bridge',
  'br_netfilter',
  'macvlan',
  'ipvlan',
  '8021q',
  'dummy',
  'sctp',
  'nfsd',
  'nfsv4',
  'nf_tables',
  'nf_conntrack_netlink',
  'nft_ct',
  'nft_nat',
  'nft_chain_nat',
  'nft_masq',
  'nft_redir',
  'nft_fib_inet',
  'nft_reject_inet',
];

/** Files of the modules and of those they need, in the order in which they can be loaded. modules.dep(5) */
function modulesInOrder(folder) {
  const needs = new Map();
  for (const line of readFileSync(join(folder, 'modules.dep'), 'utf8').split('\n').filter(Boolean)) {
    const [file, rest] = line.split(':');
    needs.set(basename(file, '.ko').replaceAll('-', '_'), { file, rest: rest.trim().split(' ').filter(Boolean) });
  }
  const order = [];
  const add = (name) => {
    const module = needs.get(name.replaceAll('-', '_'));
    if (module === undefined) throw new Error(`the kernel has no module ${name}`);
    for (const each of module.rest) add(basename(each, '.ko'));
    if (!order.includes(module.file)) order.push(module.file);
  };
  for (const name of wanted) add(name);
  return order.map((file) => join(folder, file.slice(file.indexOf('kernel/'))));
}

/** Writes the archive (cpio, newc) to `target`. @param modules the kernel's folder lib/modules/VERSION */
export async function makeInitramfs(target, modules) {
  const top = mkdtempSync(join(tmpdir(), 'slipway-initramfs-'));
  try {
    for (const folder of ['bin', 'dev', 'proc', 'sys', 'modules', 'host', 'disk', 'root']) mkdirSync(join(top, folder));
    copyFileSync('/bin/busybox', join(top, 'bin/busybox'));
    copyFileSync(join(import.meta.dirname, 'init.sh'), join(top, 'init'));
    const order = modulesInOrder(modules);
    for (const file of order) copyFileSync(file, join(top, 'modules', basename(file)));
    writeFileSync(join(top, 'modules/order'), order.map((file) => `${basename(file)}\n`).join(''));
    await must('sh', ['-c', `chmod 755 init && busybox find . | busybox cpio -o -H newc > '${target}'`], { cwd: top });
  } finally {
    rmSync(top, { recursive: true });
  }
}
