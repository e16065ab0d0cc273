// Debian packages: which are needed for what, and installing those that are missing.
import { readFileSync, readdirSync } from 'node:fs';
import { environment, run, say, SetupError } from './run.mjs';

/** What builds the daemon's native part, and the libraries it runs with. */
const build =
  'cmake ninja-build g++ pkg-config libseccomp-dev libzstd-dev zlib1g-dev libisal-dev liblzma-dev libbz2-dev libssl-dev libnftables-dev'.split(
    ' ',
  );

/** What the tests drive the daemon with: a registry, images' contents, a browser, and eyes on the kernel's state. */
const test =
  'doctest-dev docker-compose docker-registry git busybox-static bzip2 xz-utils zstd debootstrap openssl ca-certificates chromium fonts-dejavu-core fonts-wqy-zenhei nftables iproute2 procps util-linux runc crun python3-docker libdevmapper1.02.1 libsystemd0 iptables ufw uidmap slirp4netns'.split(
    ' ',
  );

/** What `npm run check` formats C++ with. */
const check = ['doctest-dev', 'clang-format-19'];

/** What `npm run test:fuzz-native` builds with. */
const fuzz = ['clang-19', 'libclang-rt-19-dev', 'bzip2', 'xz-utils', 'zstd'];

/** What Debian's dockerd needs besides its own packages, which are unpacked aside (see docker-io.mjs). */
const bench = [
  'iperf3',
  'iptables',
  'libdevmapper1.02.1',
  'libsystemd0',
  'libseccomp2',
  'iproute2',
  'util-linux',
  'busybox-static',
  'procps',
];

/** Package names by purpose. */
export const packages = { build, test, check, fuzz, bench };

/** True on the systems whose package names these are. */
function isDebian() {
  const release = readFileSync('/etc/os-release', 'utf8');
  return /^ID=debian$/m.test(release) || /^ID_LIKE=.*\bdebian\b/m.test(release);
}

/** The names among `wanted` that dpkg does not have installed. */
async function missing(wanted) {
  const { output } = await run('dpkg-query', ['-W', '-f=${db:Status-Status} ${Package} ${Provides}\n', ...wanted]);
  const installed = new Set();
  for (const line of output.split('\n').filter((text) => text.startsWith('installed '))) {
    for (const name of line.split(/[\s,]+/).slice(1)) installed.add(name);
  }
  return wanted.filter((name) => !installed.has(name));
}

/** On another system: tools that can be looked for are, libraries are left to the compiler to miss. */
async function checkElsewhere(wanted) {
  const { code } = await run('sh', ['-c', 'command -v cmake && command -v ninja && command -v g++ && command -v pkg-config']);
  if (code === 0) return;
  throw new SetupError(
    `the set-up installs packages on Debian only; on this system install what Debian calls ${wanted.join(' ')}, then run this again`,
  );
}

/** apt-get without questions and without what is merely recommended. */
function aptGet(...args) {
  return run('apt-get', ['-q', '-y', '--no-install-recommends', ...args], { env: { ...environment, DEBIAN_FRONTEND: 'noninteractive' } });
}

/**
 * Installs the packages of the given purposes that are missing; does nothing (in some 20 ms) when none is.
 * @param {...keyof typeof packages} purposes
 * @throws {SetupError} without root, on a system that is not Debian, or when apt fails
 */
export async function ensurePackages(...purposes) {
  const wanted = [...new Set(purposes.flatMap((purpose) => packages[purpose]))];
  if (!isDebian()) return checkElsewhere(wanted);
  const names = await missing(wanted);
  if (names.length === 0) return;
  if (process.getuid() !== 0)
    throw new SetupError(`run this as root once, or install the missing packages: apt-get install ${names.join(' ')}`);
  say(`installing Debian packages: ${names.join(' ')}`);
  const haveLists = readdirSync('/var/lib/apt/lists').some((name) => name.includes('_Packages'));
  if (haveLists && (await aptGet('install', ...names)).code === 0) return;
  say('updating the list of Debian packages');
  const update = await aptGet('update');
  const install = await aptGet('install', ...names);
  if (install.code !== 0) throw new SetupError(`apt-get could not install ${names.join(' ')}\n${update.output}${install.output}`);
}
