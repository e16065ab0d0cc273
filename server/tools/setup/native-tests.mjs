// The native tests' build: a tree of its own, with the address and undefined behaviour sanitizers.
import { unlessFresh } from './fingerprint.mjs';
import { must, say } from './run.mjs';

/** Where the sanitized test program is after buildNativeTests, relative to the repository. */
export const nativeTest = 'native/build/sanitize/slipway-native-test';

/** Builds the native test program when a native source changed. */
export function buildNativeTests() {
  return unlessFresh('native-test', { inputs: ['native'], outputs: [nativeTest] }, async () => {
    say('building the native tests with sanitizers');
    await must('cmake', [
      '-S',
      'native',
      '-B',
      'native/build/sanitize',
      '-G',
      'Ninja',
      '-DCMAKE_BUILD_TYPE=Debug',
      '-DSLIPWAY_SANITIZE=ON',
    ]);
    await must('cmake', ['--build', 'native/build/sanitize', '--target', 'slipway-native-test']);
  });
}
