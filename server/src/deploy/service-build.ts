import { stat } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { invalidParameter } from '../base/errors.js';
import { asTree, compact, isTree, text, texts, type Tree } from '../compose/tree.js';
import { boolean, bytes } from '../compose/units.js';
import { Engine } from '../engine/engine.js';
import { ImageBuild } from '../engine/image/build.js';
import type { Report } from './report.js';

/** Builds the images of services from their `build:`. */
@Injectable()
export class ServiceBuild {
  constructor(private readonly engine: Engine) {}

  /** @throws InvalidParameter for a context that is none; what the build throws */
  async run(
    name: string,
    build: Tree,
    { subject, report, signal }: { subject: string; report: Report; signal: AbortSignal },
  ): Promise<void> {
    if (build['dockerfile_inline'] !== undefined)
      throw invalidParameter('dockerfile_inline is not supported: put the Dockerfile into a file');
    const context = String(build['context'] ?? '.');
    const remote = context.startsWith('/') ? undefined : context;
    const flag = (key: string) => (build[key] === undefined ? undefined : boolean(build[key], key));
    const pairs = (key: string) => (isTree(build[key]) ? JSON.stringify(build[key]) : undefined);
    report({ subject, status: `Building ${name}` });
    await this.engine.run(
      ImageBuild,
      {
        ...compact({
          t: [name, ...texts(build['tags'])],
          remote,
          dockerfile: text(build['dockerfile']),
          buildargs: pairs('args'),
          labels: pairs('labels'),
          target: text(build['target']),
          networkmode: text(build['network']),
          nocache: flag('no_cache'),
          pull: flag('pull') ? '1' : undefined,
          platform: texts(build['platforms'])[0],
          shmsize: build['shm_size'] === undefined ? undefined : bytes(build['shm_size'], 'shm_size'),
          cachefrom: build['cache_from'] === undefined ? undefined : JSON.stringify(texts(build['cache_from'])),
        }),
        rm: true,
        body: remote === undefined ? await packed(context) : nothing(),
        progress: ({ stream }) => {
          const line = stream?.trim();
          if (line) report({ subject, part: 'build', status: line.split('\n').at(-1) ?? line });
        },
      },
      { signal },
    );
    report({ subject, part: 'build', status: `Built ${name}`, done: true });
  }
}

/** A folder as a tar. @throws InvalidParameter when it is none */
async function packed(folder: string): Promise<AsyncIterable<unknown>> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw invalidParameter(`the build's context ${folder} is not a folder`);
  const { create } = await import('tar');
  return create({ cwd: folder, portable: true, follow: false }, ['.']);
}

// oxlint-disable-next-line require-yield -- a remote context brings its own files
async function* nothing(): AsyncGenerator<never> {}

/** The `build:` of a service; undefined where it has none. */
export function buildOf(spec: Tree): Tree | undefined {
  return spec['build'] === undefined ? undefined : asTree(spec['build']);
}
