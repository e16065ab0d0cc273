// `npm run test:v2`: the tests of the runtime on Debian's own kernel with cgroup v2 alone, in a virtual machine.
// The last line is `N passed, N failed`. Takes some minutes where QEMU has to emulate the processor.
import { runGuest } from './guest/boot.mjs';
import { ensureGuestPackages } from './guest/packages.mjs';
import { setUp } from './setup/index.mjs';
import { buildNativeTests, nativeTest } from './setup/native-tests.mjs';
import { main, say, SetupError } from './setup/run.mjs';
import { countNative } from './suites/native.mjs';
import { countVitest } from './suites/vitest.mjs';

await main(async () => {
  if (process.getuid() !== 0) throw new SetupError('the guest shares the files of this machine: run this as root');
  await setUp('test');
  await buildNativeTests();
  const { code, output, report } = await runGuest(await ensureGuestPackages(), nativeTest);
  say(output.trimEnd());
  if (code !== 0) throw new SetupError(`the guest did not run to its end (QEMU's exit code ${code})`);
  const exitOf = (name) => Number(new RegExp(`guest: ${name} tests ended with (\\d+)`).exec(output)?.[1] ?? 1);
  const counts = [countNative(exitOf('native'), output), countVitest(exitOf('driver'), report)];
  const sum = (key) => counts.reduce((total, count) => total + count[key], 0);
  process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`);
  process.exitCode = sum('failed') === 0 ? 0 : 1;
});
