import type { Rootfs } from '../drivers/execdriver/driver.js';
import type { BuildArgs } from './build-args.js';
import type { Dockerfile, Stage } from './dockerfile/dockerfile.js';
import type { Variables } from './dockerfile/words.js';
import type { Output } from './output.js';
import type { BuildWorker, BuiltImage } from './worker.js';

export interface BuildRequest {
  readonly dockerfile: Dockerfile;
  /** The build context. */
  readonly context: Rootfs;
  readonly args: ReadonlyMap<string, string | null>;
  /** Values of TARGETARCH and its like. */
  readonly predefined: Variables;
  /** Stage to be built; the last one when undefined. */
  readonly target: Stage;
  /** For images that say nothing of it. */
  readonly platform: string | undefined;
  readonly useCache: boolean;
  readonly output: Output;
  readonly signal: AbortSignal;
}

/** What of a build its stages share. */
export interface Build extends BuildRequest {
  readonly worker: BuildWorker;
  readonly buildArgs: BuildArgs;
  /** Number of the first step of each stage, by its index; steps before the first FROM count too. */
  readonly numbers: readonly number[];
  readonly total: number;
  /** The result of a stage, which is built if it is not yet. */
  stage(stage: Stage): Promise<BuiltImage>;
}
