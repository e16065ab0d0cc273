import { dirname } from 'node:path';
import { debianRuntime } from '../testing/debian-runtimes.js';
import { OneRuntime } from '../testing/one-runtime.js';
import { testExecDriver } from '../testsuite.js';

for (const name of ['runc', 'crun'] as const) {
  testExecDriver(`exec driver of ${name}`, (execRoot) => new OneRuntime(execRoot, debianRuntime(name, dirname(execRoot))));
}
