// `npm run test:v2`: tests on Debian's own kernel with cgroup v2 alone, in a virtual machine: the native part's, the drivers', and those
// of what takes kernel modules that not every machine has (NFS, SCTP, macvlan, ipvlan). Names of suites as arguments run only those:
// npm run test:v2 -- modules. The last line is `N passed, N failed`. Takes some minutes where QEMU has to emulate the processor.
import { runGuest } from './guest/boot.mjs';
import { ensureGuestPackages } from './guest/packages.mjs';
import { setUp } from './setup/index.mjs';
import { buildNativeTests, nativeTest } from './setup/native-tests.mjs';
import { main, say, SetupError } from './setup/run.mjs';
import { countNative } from './suites/native.mjs';
import { countVitest } from './suites/vitest.mjs';

const suites = ['native', 'drivers', 'modules'];

await main(async () => {
  const chosen = process.argv.length > 2 ? process.argv.slice(2) : suites;
  const unknown = chosen.filter((name) => !suites.includes(name));
  if (unknown.length > 0) throw new SetupError(`there is no suite ${unknown.join(', ')}: choose from ${suites.join(', ')}`);
  if (process.getuid() !== 0) throw new SetupError('the guest shares the files of this machine: run this as root');
  await setUp('test');
  await buildNativeTests();
  const { code, output, reports } = await runGuest(await ensureGuestPackages(), nativeTest, chosen);
  say(output.trimEnd());
  if (code !== 0) throw new SetupError(`the guest did not run to its end (QEMU's exit code ${code})`);
  const exitOf = (name) => Number(new RegExp(`guest: ${name} tests ended with (\\d+)`).exec(output)?.[1] ?? 1);
  const ofVitest = chosen.filter((name) => name !== 'native').map((name, at) => countVitest(exitOf(name), reports[at] ?? ''));
  const counts = [...(chosen.includes('native') ? [countNative(exitOf('native'), output)] : []), ...ofVitest];
  const sum = (key) => counts.reduce((total, count) => total + count[key], 0);
  process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`);
  process.exitCode = sum('failed') === 0 ? 0 : 1;
});
