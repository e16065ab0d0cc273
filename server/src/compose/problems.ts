import type { Path } from './tree.js';

/** What is wrong in a Compose file, or worth knowing. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** Absolute path of the file. */
  readonly file: string;
  readonly path: Path;
  /** Offsets in the file's text where the parser knows better than the path. */
  readonly range?: readonly [from: number, to: number];
}

/** Collects what is wrong: one mistake does not hide the next. */
export class Problems {
  readonly all: Problem[] = [];

  error(file: string, path: Path, message: string): void {
    this.all.push({ severity: 'error', file, path, message });
  }

  warn(file: string, path: Path, message: string): void {
    this.all.push({ severity: 'warning', file, path, message });
  }

  get failed(): boolean {
    return this.all.some(({ severity }) => severity === 'error');
  }
}
