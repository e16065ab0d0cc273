import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The test's end of `server/src/base/steps.ts`: what steps the daemon has passed, and at which it is to die. */
export class Steps {
  readonly folder = mkdtempSync(join(tmpdir(), 'slipway-steps-'));
  readonly env = { SLIPWAY_STEPS: this.folder };

  /** Counts from here on; the daemon dies at step number `last`, or lives. */
  begin(last?: number): void {
    rmSync(this.#last, { force: true });
    writeFileSync(this.#passed, '');
    if (last !== undefined) writeFileSync(this.#last, String(last));
  }

  /** Steps since `begin`. */
  passed(): string[] {
    return readFileSync(this.#passed, 'utf8').split('\n').filter(Boolean);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  get #passed(): string {
    return join(this.folder, 'passed');
  }

  get #last(): string {
    return join(this.folder, 'last');
  }
}
