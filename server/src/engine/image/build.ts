import { Inject, Injectable } from '@nestjs/common';
import type { ImageBuildData } from '../../api/generated/types.gen.js';
import { DAEMON_CONFIG, type DaemonConfig } from '../../base/config.js';
import { cancelled, invalidParameter } from '../../base/errors.js';
import { shortId } from '../../base/ids.js';
import { formatPlatform, hostPlatform, parsePlatform } from '../../base/platform.js';
import { familiar, type Reference } from '../../base/reference.js';
import { type Dockerfile, findStage, parseDockerfile, type Stage, type Step } from '../../builder/dockerfile/dockerfile.js';
import { Output } from '../../builder/output.js';
import { Solver } from '../../builder/solver.js';
import type { Rootfs } from '../../drivers/execdriver/driver.js';
import { Events } from '../../events/events.js';
import { BuildCache } from '../../graph/build-cache.js';
import { Images } from '../../graph/images.js';
import { Layers } from '../../graph/layers.js';
import type { Job, JobContext } from '../job.js';
import { BaseImages, parseRegistryConfig } from './build/base-images.js';
import { BuildContainers } from './build/build-containers.js';
import { CacheCare } from './build/cache-care.js';
import { Contexts } from './build/contexts.js';
import { Downloads } from './build/downloads.js';
import { EngineWorker } from './build/engine-worker.js';
import { hostConfigOf, parseJson, truth } from './build/parameters.js';
import { Squash } from './build/squash.js';
import { StepLayers } from './build/step-layers.js';
import { publishImageEvent } from './events.js';
import type { Progress } from './progress.js';
import { newName } from './tag.js';

export interface ImageBuildParams extends NonNullable<ImageBuildData['query']> {
  /** The header X-Registry-Config. */
  readonly registryConfig?: string | undefined;
  /** A tar of the context. */
  readonly body: AsyncIterable<unknown>;
  readonly progress: Progress;
}

/** Builds an image by a Dockerfile. */
@Injectable()
export class ImageBuild implements Job<ImageBuildParams, void> {
  constructor(
    @Inject(DAEMON_CONFIG) private readonly config: DaemonConfig,
    private readonly images: Images,
    private readonly layers: Layers,
    private readonly cache: BuildCache,
    private readonly bases: BaseImages,
    private readonly steps: StepLayers,
    private readonly containers: BuildContainers,
    private readonly downloads: Downloads,
    private readonly contexts: Contexts,
    private readonly care: CacheCare,
    private readonly squash: Squash,
    private readonly events: Events,
  ) {}

  async run(params: ImageBuildParams, { signal }: JobContext): Promise<void> {
    const names = (params.t ?? []).filter((name) => name !== '').map((name) => newName(name, undefined));
    if (params.version === '2') throw invalidParameter('this builder is the classic one: set DOCKER_BUILDKIT=0');
    if (params.squash && !this.config.experimental)
      throw invalidParameter('squash is only supported with experimental mode: start the daemon with --experimental');
    try {
      await this.contexts.use(params, signal, (context, dockerfile) => this.build(params, names, context, dockerfile, signal));
    } catch (error) {
      throw signal.aborted ? cancelled('Build cancelled', error) : error;
    } finally {
      this.care.begin();
    }
  }

  private async build(
    params: ImageBuildParams,
    names: readonly Reference[],
    context: Rootfs,
    text: string,
    signal: AbortSignal,
  ): Promise<void> {
    const dockerfile = withLabels(parseDockerfile(text), params);
    const { said, send } = quietly(params);
    const worker = this.worker(params, signal);
    const platform = params.platform ? formatPlatform(parsePlatform(params.platform)) : undefined;
    try {
      const request = {
        dockerfile,
        context,
        args: new Map(Object.entries(parseJson<Record<string, string | null>>('buildargs', params.buildargs, {}))),
        predefined: platformArguments(platform),
        target: targetOf(dockerfile, params.target),
        platform,
        useCache: !params.nocache,
        output: new Output(send),
        signal,
      };
      const { id: built, base } = await new Solver(request, worker).solve();
      if (built === '') throw invalidParameter('No image was generated. Is your Dockerfile empty?');
      const id = params.squash ? await this.squash.squash(built, base, signal) : built;
      if (id !== built) await send({ aux: { ID: id } });
      await this.finish(id, names, send);
      if (params.q) await params.progress({ stream: `${id}\n` });
    } catch (error) {
      for (const message of said) await params.progress(message);
      throw error;
    } finally {
      await worker.release();
    }
  }

  private worker(params: ImageBuildParams, signal: AbortSignal): EngineWorker {
    const { images, layers, cache, bases, steps, containers, downloads } = this;
    return new EngineWorker(
      { images, layers, cache, bases, steps, containers, downloads },
      {
        pull: truth(params.pull),
        logins: parseRegistryConfig(params.registryConfig),
        cacheFrom: parseJson<string[]>('cachefrom', params.cachefrom, []),
        hostConfig: hostConfigOf(params, this.config),
        remove: { good: params.rm ?? true, always: params.forcerm ?? false },
        signal,
      },
    );
  }

  /** The image is to survive what its steps need not. */
  private async finish(id: string, names: readonly Reference[], send: Progress): Promise<void> {
    await this.layers.persist();
    this.images.register({ config: this.images.config(id), references: names });
    await send({ stream: `Successfully built ${shortId(id)}\n` });
    for (const name of names) {
      publishImageEvent(this.events, 'tag', this.images.byId(id), id, familiar(name));
      await send({ stream: `Successfully tagged ${familiar(name)}\n` });
    }
  }
}

/** With `q` nothing is said until something goes wrong. */
function quietly({ q, progress }: ImageBuildParams): { said: readonly object[]; send: Progress } {
  const said: object[] = [];
  return { said, send: q ? (message) => void said.push(message) : progress };
}

function targetOf({ stages }: Dockerfile, name: string | undefined): Stage {
  const target = name ? findStage(stages, name) : stages.at(-1);
  if (!target) throw invalidParameter(name ? `target stage "${name}" could not be found` : 'file with no instructions');
  return target;
}

/** `labels` of the request are LABEL steps at the end of the target. */
function withLabels(dockerfile: Dockerfile, { labels, target }: ImageBuildParams): Dockerfile {
  const last = targetOf(dockerfile, target);
  const quoted = (text: string) => `'${text.replaceAll("'", `'"'"'`)}'`;
  const steps = Object.entries(parseJson<Record<string, string>>('labels', labels, {}))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]): Step => ({
      instruction: { name: 'LABEL', pairs: [[quoted(name), quoted(value)]] },
      text: `LABEL ${name}=${value}`,
      line: last.from.line,
    }));
  if (steps.length === 0) return dockerfile;
  return {
    ...dockerfile,
    stages: dockerfile.stages.map((stage) => (stage === last ? { ...stage, steps: [...stage.steps, ...steps] } : stage)),
  };
}

/** What BuildKit predefines: Dockerfiles of today ask for it. */
function platformArguments(platform: string | undefined): Map<string, string> {
  const target = platform ? parsePlatform(platform) : hostPlatform;
  const entries = (prefix: string, { os, architecture, variant = '' }: typeof target): [string, string][] => [
    [`${prefix}PLATFORM`, formatPlatform({ os, architecture, variant })],
    [`${prefix}OS`, os],
    [`${prefix}ARCH`, architecture],
    [`${prefix}VARIANT`, variant],
  ];
  return new Map([...entries('BUILD', hostPlatform), ...entries('TARGET', target)]);
}
