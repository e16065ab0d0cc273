import { afterAll, beforeAll, describe } from 'vitest';
import type { ExecDriver } from './driver.js';
import { testAppArmor } from './testing/apparmor.js';
import { testAdoption } from './testing/adoption.js';
import { testCgroup } from './testing/cgroup.js';
import { testEscapes } from './testing/escapes.js';
import { testExec } from './testing/exec.js';
import { Given } from './testing/given.js';
import { testProcess } from './testing/process.js';
import { testSecurity } from './testing/security.js';
import { testStdio } from './testing/stdio.js';
import { testTimeNamespace } from './testing/time-namespace.js';
import { testUserNamespace } from './testing/user-namespace.js';

/** What every ExecDriver does; run as root, leaves nothing behind. */
export function testExecDriver(name: string, makeDriver: (execRoot: string) => ExecDriver): void {
  testAll(name, makeDriver, [testProcess, testStdio, testExec, testCgroup, testAdoption, testAppArmor]);
}

/** What a runtime of our own answers for besides: what a program can reach, and what an image can bring about. */
export function testOwnRuntime(name: string, makeDriver: (execRoot: string) => ExecDriver): void {
  testAll(name, makeDriver, [testTimeNamespace, testUserNamespace, testSecurity, testEscapes]);
}

function testAll(name: string, makeDriver: (execRoot: string) => ExecDriver, suites: readonly ((given: Given) => void)[]): void {
  describe(name, () => {
    const given = new Given(makeDriver);
    beforeAll(() => given.setUp());
    afterAll(() => given.tearDown());
    for (const suite of suites) suite(given);
  });
}
