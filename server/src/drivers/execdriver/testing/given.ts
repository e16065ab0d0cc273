import { kindOf } from '../../../base/errors.js';
import type { ContainerCommand, ExecDriver } from '../driver.js';
import { Box } from './box.js';

/** Streams of an attached client. */
export const ALL = { stdin: true, stdout: true, stderr: true };
export const OUTPUT = { stdin: false, stdout: true, stderr: true };

/** Kind of the error that a promise ends with. */
export const kindOfRejection = (promise: Promise<unknown>) => promise.then(() => 'resolved', kindOf);

/** What the tests of an ExecDriver are given, between setUp and tearDown. */
export class Given {
  box!: Box;
  driver!: ExecDriver;

  /** @param makeDriver a driver on a folder for what does not outlive a boot, as a daemon that starts makes one */
  constructor(readonly makeDriver: (execRoot: string) => ExecDriver) {}

  setUp(): void {
    this.box = new Box();
    this.driver = this.makeDriver(this.box.execRoot);
  }

  tearDown(): Promise<void> {
    return this.box.remove();
  }

  /** A command that runs a script. */
  sh(script: string, changes: Parameters<Box['command']>[1] = {}): ContainerCommand {
    return this.box.command(['sh', '-c', script], changes);
  }
}
