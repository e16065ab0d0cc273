import { cancelled } from '../base/errors.js';
import { BuildArgs } from './build-args.js';
import type { Build, BuildRequest } from './build.js';
import { findStage, type Stage } from './dockerfile/dockerfile.js';
import { StageBuild } from './stage-build.js';
import type { BuildWorker, StageImage } from './worker.js';

/**
 * Builds what a Dockerfile says as a graph: a stage is built once somebody asks for it, so that those nobody needs are not,
 * and those that do not need each other are built side by side.
 */
export class Solver {
  private readonly stages = new Map<Stage, Promise<StageImage>>();
  private readonly failing = new AbortController();
  private readonly build: Build;

  constructor(request: BuildRequest, worker: BuildWorker) {
    const { dockerfile, args, predefined, target } = request;
    const buildArgs = new BuildArgs(args, predefined, dockerfile.escape);
    const sizes = dockerfile.stages.slice(0, target.index + 1).map(({ steps }) => steps.length + 1);
    this.build = {
      ...request,
      signal: AbortSignal.any([request.signal, this.failing.signal]),
      worker,
      buildArgs,
      numbers: sizes.map((_, index) => dockerfile.args.length + sizes.slice(0, index).reduce((sum, size) => sum + size, 0) + 1),
      total: dockerfile.args.length + sizes.reduce((sum, size) => sum + size, 0),
      stage: (stage) => this.result(stage),
    };
  }

  /** Builds the target. When a stage fails the others are stopped, and the first error is thrown when all have ended. */
  async solve(): Promise<StageImage> {
    const { dockerfile, buildArgs, output, target } = this.build;
    try {
      await this.declareArguments();
      const image = await this.result(target);
      if (buildArgs.unused.length > 0) {
        const last = output.open(dockerfile.stages.length);
        await last.say(`[Warning] One or more build-args [${buildArgs.unused.join(' ')}] were not consumed`);
        last.close();
      }
      return image;
    } finally {
      await Promise.allSettled(this.stages.values());
      await output.flushed();
    }
  }

  private async declareArguments(): Promise<void> {
    const { dockerfile, buildArgs, output, total } = this.build;
    const lane = output.open(-1);
    for (const warning of dockerfile.warnings) await lane.say(`[Warning] ${warning}`);
    for (const [index, { instruction, text }] of dockerfile.args.entries()) {
      await lane.say(`Step ${index + 1}/${total} : ${text}`);
      buildArgs.declareGlobal(instruction);
    }
    lane.close();
  }

  private result(stage: Stage): Promise<StageImage> {
    let result = this.stages.get(stage);
    if (!result) {
      result = this.begin(stage);
      this.stages.set(stage, result);
      result.catch((error: unknown) => this.failing.abort(error));
    }
    return result;
  }

  /** Starts what the stage will need, so that it is built meanwhile, and the stage. */
  private async begin(stage: Stage): Promise<StageImage> {
    const lane = this.build.output.open(stage.index);
    try {
      for (const needed of needs(this.build, stage)) void this.result(needed).catch(() => undefined);
      return await new StageBuild(this.build, stage, lane).run();
    } catch (error) {
      // What was stopped because another stage failed has not failed itself.
      throw this.failing.signal.aborted
        ? this.failing.signal.reason
        : this.build.signal.aborted
          ? cancelled('Build cancelled', error)
          : error;
    } finally {
      lane.close();
    }
  }
}

/** Stages that the steps of `stage` speak of. */
function needs({ dockerfile, buildArgs }: Build, stage: Stage): Stage[] {
  const names = [
    buildArgs.inFrom().word(stage.from.instruction.base),
    ...stage.steps.flatMap(({ instruction }) => ('from' in instruction && instruction.from !== undefined ? [instruction.from] : [])),
  ];
  const [base, ...sources] = names;
  const named = base === undefined || /^\d+$/.test(base) ? undefined : findStage(dockerfile.stages, base, stage.index);
  return [...(named ? [named] : []), ...sources.flatMap((name) => findStage(dockerfile.stages, name, stage.index) ?? [])];
}
