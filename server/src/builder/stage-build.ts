import { createHash } from 'node:crypto';
import type { ImageConfig } from '../api/generated/types.gen.js';
import { invalidParameter } from '../base/errors.js';
import { shortId } from '../base/ids.js';
import type { StageArgs } from './build-args.js';
import type { Build } from './build.js';
import { copy } from './copy/copy.js';
import { changeConfig, shellOf } from './dockerfile/change-config.js';
import { findStage, parseTrigger, type Stage, type Step } from './dockerfile/dockerfile.js';
import type { ConfigInstruction, Run } from './dockerfile/instruction.js';
import { atStep } from './errors.js';
import { makeFolders } from './make-folders.js';
import type { Lane } from './output.js';
import { runCommand } from './run-command.js';
import type { BuiltImage, StageImage, StepLayer } from './worker.js';

const DEFAULT_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const SCRATCH: BuiltImage = { id: '', config: {}, author: '' };

/** One stage being built, step by step. */
export class StageBuild {
  private image = SCRATCH;
  private base = '';
  private config: ImageConfig = {};
  private author = '';
  private hasCommand = false;
  /** A step was not in the cache: what comes after it is not looked up. */
  private busted: boolean;
  private readonly args: StageArgs;

  constructor(
    private readonly build: Build,
    private readonly stage: Stage,
    private readonly lane: Lane,
  ) {
    this.args = build.buildArgs.stage();
    this.busted = !build.useCache;
  }

  /** @throws what goes wrong, with the line; RunFailed */
  async run(): Promise<StageImage> {
    const { from, steps, index } = this.stage;
    let number = this.build.numbers[index] as number;
    await this.show(number++, from);
    await this.at(from.line, () => this.begin());
    await this.showImage();
    for (const step of steps) {
      await this.show(number++, step);
      await this.at(step.line, () => this.step(step));
      await this.showImage();
    }
    if (this.image.id !== '') await this.lane.emit({ aux: { ID: this.image.id } });
    return { ...this.image, base: this.base };
  }

  private show(number: number, { text }: Step): Promise<void> {
    return this.lane.say(`Step ${number}/${this.build.total} : ${text}`);
  }

  private showImage(): Promise<void> {
    return this.lane.say(` ---> ${shortId(this.image.id)}`);
  }

  private async at(line: number, work: () => Promise<void>): Promise<void> {
    this.build.signal.throwIfAborted();
    try {
      await work();
    } catch (error) {
      throw atStep(error, line);
    }
  }

  private async begin(): Promise<void> {
    const { from, index } = this.stage;
    const { dockerfile, buildArgs, worker } = this.build;
    const expand = buildArgs.inFrom();
    const name = expand.word(from.instruction.base);
    if (name === '') throw invalidParameter(`base name (${from.instruction.base}) should not be blank`);
    const platform = from.instruction.platform === undefined ? this.build.platform : expand.word(from.instruction.platform);
    const earlier = /^\d+$/.test(name) ? undefined : findStage(dockerfile.stages, name, index);
    if (earlier) this.image = await this.build.stage(earlier);
    else if (name !== 'scratch') this.image = await worker.base(name, platform, this.lane);
    this.base = this.image.id;
    const { OnBuild, ...config } = this.image.config;
    const env = config.Env ?? [];
    this.config = { ...config, Env: env.some((each) => each.startsWith('PATH=')) ? env : [...env, DEFAULT_PATH] };
    this.author = this.image.author;
    await this.runTriggers(OnBuild ?? []);
  }

  private async runTriggers(triggers: readonly string[]): Promise<void> {
    if (triggers.length === 0) return;
    await this.lane.say(`# Executing ${triggers.length} build trigger${triggers.length > 1 ? 's' : ''}`);
    for (const trigger of triggers) await this.step(parseTrigger(trigger));
  }

  private async step({ instruction }: Step): Promise<void> {
    switch (instruction.name) {
      case 'FROM':
        throw invalidParameter('FROM begins a stage');
      case 'ARG':
        for (const { name, value } of instruction.args) this.args.declare(name, value, this.config.Env ?? []);
        return this.commit(`ARG ${instruction.args.map(({ name, value }) => (value === undefined ? name : `${name}=${value}`)).join(' ')}`);
      case 'RUN':
        return this.runStep(instruction);
      case 'COPY':
      case 'ADD': {
        const { build, image, stage, lane } = this;
        const expand = this.args.expander(this.config.Env ?? []);
        return copy({ build, image, stage, lane, expand, instruction, workingDir: this.config.WorkingDir || '/' }, (description, work) =>
          this.commitShell(`#(nop) ${description}`, work),
        );
      }
      default:
        return this.changeConfig(instruction);
    }
  }

  private async changeConfig(instruction: ConfigInstruction): Promise<void> {
    const expand = this.args.expander(this.config.Env ?? []);
    const { config, comment, author } = changeConfig(this.config, instruction, expand, this.hasCommand);
    this.config = config;
    this.author = author ?? this.author;
    this.hasCommand ||= instruction.name === 'CMD';
    if (instruction.name !== 'WORKDIR') return this.commit(comment);
    const folder = config.WorkingDir as string;
    return this.commitShell(`#(nop) ${comment}`, () => makeFolders(this.build.worker, this.image, folder));
  }

  private async runStep(instruction: Run): Promise<void> {
    const { command, script } = runCommand(this.config, instruction);
    const { counted, all } = this.args.environment(this.config.Env ?? []);
    const shown = counted.length > 0 ? [`|${counted.length}`, ...counted, ...command] : command;
    await this.make(script ? `${shown.join(' ')}\n${script.content}` : shown.join(' '), () => {
      const request = { command, config: this.config, env: [...(this.config.Env ?? []), ...all], ...(script && { script }) };
      return this.build.worker.run(this.image, request, this.lane, this.build.signal);
    });
  }

  /** A step that changes the config alone. */
  private commit(comment: string): Promise<void> {
    return this.commitShell(`#(nop)  ${comment}`, async () => undefined);
  }

  private commitShell(line: string, work: () => Promise<StepLayer | undefined>): Promise<void> {
    return this.make(`${shellOf(this.config).join(' ')} ${line}`, work);
  }

  /** Makes the next image, or takes it from the cache. @param createdBy stands for all that the step depends on beside the image and the config */
  private async make(createdBy: string, work: () => Promise<StepLayer | undefined>): Promise<void> {
    const { worker } = this.build;
    const { config, author } = this;
    const key = createHash('sha256')
      .update(JSON.stringify([this.image.id, createdBy, config, author]))
      .digest('hex');
    const step = { config, author, createdBy, key };
    const known = this.busted ? undefined : await worker.cached(this.image, step);
    if (known) await this.lane.say(' ---> Using cache');
    this.busted ||= known === undefined;
    this.image = known ?? (await worker.commit(this.image, step, await work()));
  }
}
