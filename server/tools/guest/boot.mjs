// Boots Debian's kernel in QEMU with this machine's root, read-only, below the guest's, and an empty disk.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environment, must, root, run } from '../setup/run.mjs';
import { makeInitramfs } from './initramfs.mjs';

/** How long the guest may take, all in all, where a slow machine emulates it. */
const LONGEST = 30 * 60_000;

function qemuArguments(packages, version, { initramfs, report, disk }, words) {
  const machine = ['-machine', 'q35', '-cpu', 'max', '-accel', 'tcg,thread=multi', '-smp', '2', '-m', '2048'];
  const kernel = ['-kernel', join(packages, `boot/vmlinuz-${version}`), '-initrd', initramfs];
  const parameters = ['console=ttyS0', 'quiet', 'panic=-1', 'cgroup_no_v1=all', ...words].join(' ');
  const host = 'local,id=host,path=/,security_model=none,readonly=on,multidevs=remap';
  const devices = ['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-fsdev', host];
  devices.push('-device', 'virtio-9p-pci,fsdev=host,mount_tag=host', '-device', 'virtio-rng-pci');
  devices.push('-drive', `file=${disk},if=virtio,format=raw,cache=unsafe`);
  // Firmware lies in two folders: QEMU's own and the BIOS's.
  for (const folder of ['qemu', 'seabios']) devices.push('-L', join(packages, 'usr/share', folder));
  return [...machine, ...kernel, '-append', parameters, ...devices, '-serial', 'stdio', '-serial', `file:${report}`];
}

/**
 * Runs guest/tests.sh in the guest.
 * @param {string} packages what ensureGuestPackages gave
 * @param {string} nativeTest the native test program, relative to the repository
 * @param {string[]} suites of guest/tests.sh
 * @returns {Promise<{code: number, output: string, reports: string[]}>} QEMU's exit code, the guest's console, Vitest's reports
 */
export async function runGuest(packages, nativeTest, suites) {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-guest-'));
  try {
    const files = { initramfs: join(folder, 'initramfs'), report: join(folder, 'report'), disk: join(folder, 'disk') };
    const [version] = readdirSync(join(packages, 'lib/modules'));
    await makeInitramfs(files.initramfs, join(packages, 'lib/modules', version));
    await must('mkfs.ext4', ['-q', files.disk, '2G']);
    const words = [
      `slipway.tests=${join(root, 'server/tools/guest/tests.sh')}`,
      `slipway.native=${nativeTest}`,
      `slipway.suites=${suites.join(',')}`,
    ];
    const libraries = ['usr/lib', 'lib'].map((name) => join(packages, name, 'x86_64-linux-gnu')).join(':');
    const env = { ...environment, LD_LIBRARY_PATH: libraries, QEMU_MODULE_DIR: join(packages, 'usr/lib/x86_64-linux-gnu/qemu') };
    const program = join(packages, 'usr/bin/qemu-system-x86_64');
    const { code, output } = await run(program, qemuArguments(packages, version, files, words), { env, timeoutMs: LONGEST });
    return { code, output, reports: code === 0 ? readFileSync(files.report, 'utf8').split('\n').filter(Boolean) : [] };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
