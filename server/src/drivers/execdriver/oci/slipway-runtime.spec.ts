import { runtimeProgram } from '../../../libcontainer/programs.js';
import { OneRuntime } from '../testing/one-runtime.js';
import { testExecDriver, testOwnRuntime } from '../testsuite.js';

// Our own command line behind the same driver as any other's.
testExecDriver('exec driver of slipway-runtime', (execRoot) => new OneRuntime(execRoot, runtimeProgram));
testOwnRuntime('exec driver of slipway-runtime', (execRoot) => new OneRuntime(execRoot, runtimeProgram));
