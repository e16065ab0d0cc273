import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';
import { Injectable, Logger } from '@nestjs/common';
import type { HostConfig } from '../../../api/generated/types.gen.js';
import { messageOf } from '../../../base/errors.js';
import { FrameReader } from '../../../base/frames.js';
import { shortId } from '../../../base/ids.js';
import { RunFailed } from '../../../builder/errors.js';
import type { Lane } from '../../../builder/output.js';
import type { RunRequest } from '../../../builder/worker.js';
import type { Container } from '../../../container/container.js';
import { Containers } from '../../../container/store.js';
import { ContainerAttach, ContainerCreate, ContainerStart, ContainerWait } from '../../container/index.js';
import { Ending } from '../../container/process/ending.js';
import { containerLock } from '../../container/rootfs/paths.js';
import { Removal } from '../../container/process/removal.js';
import { Engine } from '../../engine.js';
import { WorkFolders } from './work-folders.js';

export interface BuildRun extends RunRequest {
  /** ID of the image the container is made of. */
  readonly image: string;
  readonly hostConfig: HostConfig;
  readonly lane: Lane;
  readonly signal: AbortSignal;
  /** Remove the container after a good end, and after any. */
  readonly remove: { readonly good: boolean; readonly always: boolean };
}

const STDERR = 2;

/** The containers that RUN runs its commands in. */
@Injectable()
export class BuildContainers {
  private readonly log = new Logger('BuildContainers');

  constructor(
    private readonly folders: WorkFolders,
    private readonly engine: Engine,
    private readonly containers: Containers,
    private readonly ending: Ending,
    private readonly removal: Removal,
  ) {}

  /**
   * Runs a command to its end and hands its container to `keep`.
   * @throws RunFailed when it ends with another code than 0. What is cancelled leaves nothing
   */
  async run<T>(run: BuildRun, keep: (container: Container) => Promise<T>): Promise<T> {
    const { script } = run;
    if (!script) return this.runWith([], run, keep);
    return this.folders.use(async (_, folder) => {
      const path = join(folder, 'script');
      await writeFile(path, script.content, { mode: 0o755 });
      return this.runWith([`${path}:${script.path}:ro`], run, keep);
    });
  }

  private async runWith<T>(binds: string[], run: BuildRun, keep: (container: Container) => Promise<T>): Promise<T> {
    const { Id } = await this.engine.run(ContainerCreate, { body: toBody(run, binds), step: true }, { signal: run.signal });
    return this.runContainer(this.containers.get(Id), run, keep);
  }

  private async runContainer<T>(container: Container, run: BuildRun, keep: (container: Container) => Promise<T>): Promise<T> {
    const { lane, remove, signal } = run;
    let good = false;
    try {
      await lane.say(` ---> Running in ${shortId(container.id)}`);
      await this.toEnd(container, run);
      const result = await keep(container);
      good = true;
      return result;
    } finally {
      if (signal.aborted || remove.always || (good && remove.good)) await this.remove(container, lane);
      else this.keep(container);
    }
  }

  private async toEnd({ id }: Container, { command, lane, signal }: BuildRun): Promise<void> {
    const { streams } = await this.engine.run(ContainerAttach, { id, stream: true, stdout: true, stderr: true }, { signal });
    const { ended } = await this.engine.run(ContainerWait, { id, condition: 'next-exit' }, { signal });
    const [exit] = await Promise.all([ended, this.start(id).then(async () => show((await streams)?.output, lane, signal))]);
    if (exit.StatusCode !== 0) throw new RunFailed(command, exit.StatusCode);
  }

  private async start(id: string): Promise<void> {
    await this.engine.run(ContainerStart, { id });
  }

  /** It is like any other now. */
  private keep(container: Container): void {
    const { step: _, ...record } = container.record;
    if (this.containers.find(container.id)) this.containers.setRecord(container, record);
  }

  /** Not a job of its own: a build that is cancelled because the daemon ends takes its container away too. */
  private async remove(container: Container, lane: Lane): Promise<void> {
    try {
      await this.engine.exclusively(containerLock(container.id), async () => {
        if (!this.containers.find(container.id) || container.state.removing) return;
        if (container.state.running) await this.ending.kill(container);
        this.removal.removeSoon(container);
      });
      await lane.say(` ---> Removed intermediate container ${shortId(container.id)}`);
    } catch (error) {
      this.log.error(`container ${container.id} of a build was not removed: ${messageOf(error)}`);
    }
  }
}

/** The command takes the place of the image's entrypoint; its health is nobody's business. */
function toBody({ image, config, command, env, hostConfig }: BuildRun, binds: string[]) {
  const { Healthcheck: _, OnBuild: __, ...own } = config;
  return {
    ...own,
    Image: image,
    Env: [...env],
    Entrypoint: [''],
    Cmd: [...command],
    Healthcheck: { Test: ['NONE'] },
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: { ...hostConfig, Binds: binds },
  };
}

/** Tells what a command prints as it comes, as Docker does: errors in red. */
async function show(output: Readable | undefined, lane: Lane, signal: AbortSignal): Promise<void> {
  if (!output) return;
  const frames = new FrameReader();
  const decoders = { 1: new StringDecoder('utf8'), 2: new StringDecoder('utf8') };
  const stop = () => output.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of output) {
      for (const { stream, text } of frames.push(chunk as Buffer)) {
        const shown = decoders[stream === STDERR ? 2 : 1].write(text);
        if (shown !== '') await lane.emit({ stream: stream === STDERR ? `\u001b[91m${shown}\u001b[0m` : shown });
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
