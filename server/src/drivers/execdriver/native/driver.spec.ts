import { testExecDriver, testOwnRuntime } from '../testsuite.js';
import { NativeDriver } from './driver.js';

testExecDriver('native exec driver', (execRoot) => new NativeDriver(execRoot));
testOwnRuntime('native exec driver', (execRoot) => new NativeDriver(execRoot));
