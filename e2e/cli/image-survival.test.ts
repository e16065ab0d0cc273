import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { image, saved } from '../fixtures/image.ts';
import { Running } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { useDaemon } from '../fixtures/suite.ts';
import { file, tar } from '../fixtures/tar.ts';

const suite = useDaemon();

/** A build context whose layers take a while. */
function context(): string {
  const root = join(suite.daemon.root, 'context');
  mkdirSync(join(root, 'files'), { recursive: true });
  for (let index = 0; index < 500; index++) writeFileSync(join(root, 'files', `${index}`), `${index}\n`.repeat(200));
  const steps = ['COPY files /a', 'RUN cp -r /a /b', 'COPY files /c', 'RUN rm -r /a && touch /done'];
  writeFileSync(join(root, 'Dockerfile'), [`FROM ${BUSYBOX}`, ...steps, ''].join('\n'));
  return root;
}

const layersOf = async (salt: string) =>
  image(await Promise.all([0, 1, 2].map((layer) => tar([file(`${salt}-${layer}`, Buffer.alloc(3_000_000, `${salt}${layer}`))]))));

/** Every image can be given back whole, and there is no layer that is no image's. */
async function checkStore(): Promise<void> {
  const { docker, daemon } = suite;
  expect(await docker.ok('ps', '-aq')).toBe('');
  const ids = [...new Set((await docker.ok('images', '-aq', '--no-trunc')).split('\n'))];
  const chains = new Set<string>();
  for (const id of ids) {
    const layers = (await docker.inspect(id)).RootFS.Layers as string[];
    layers.forEach((_, index) => chains.add(layers.slice(0, index + 1).join()));
  }
  // Each layer is read and compared with its digest.
  await docker.ok('save', '-o', join(daemon.root, 'all.tar'), ...ids);
  const folders = () => readdirSync(join(daemon.dataRoot, 'overlay2')).filter((name) => name !== 'removed');
  expect(folders()).toHaveLength(chains.size);
  await expect.poll(() => readdirSync(join(daemon.dataRoot, 'overlay2/removed')), { timeout: 60_000 }).toEqual([]);
}

test('a daemon killed at any moment of builds, pulls, loads and removals keeps a whole store', { timeout: 600_000 }, async () => {
  const { docker, daemon } = suite;
  const root = context();
  const registry: Registry = await startRegistry();
  try {
    for (const [round, milliseconds] of [60, 400, 1500].entries()) {
      const pulled = `${registry.address}/pulled:${round}`;
      await registry.publish('pulled', `${round}`, await layersOf(`pulled${round}`));
      const archive = await saved(await layersOf(`loaded${round}`), `loaded:${round}`);
      const options = { env: { ...docker.env, DOCKER_BUILDKIT: '0' }, timeoutMs: 120_000 };
      const work = [
        new Running(docker.binary, ['build', '--no-cache', '-t', 'made:1', root], options),
        new Running(docker.binary, ['pull', pulled], options),
        new Running(docker.binary, ['load'], { ...options, stdin: archive }),
        new Running(docker.binary, ['builder', 'prune', '-af'], options),
        ...(round > 0 ? [new Running(docker.binary, ['rmi', '-f', `loaded:${round - 1}`], options)] : []),
      ];
      await wait(milliseconds);
      await daemon.stop('SIGKILL');
      await Promise.all(work.map(({ ended }) => ended));
      await daemon.start();
      await checkStore();
      // What was cut off can be done then.
      await docker.ok('pull', '-q', pulled);
      await docker.feed(archive, 'load');
    }
    const { code, stdout, stderr } = await docker.run(['build', '-t', 'made:1', root], {
      env: { ...docker.env, DOCKER_BUILDKIT: '0' },
      timeoutMs: 120_000,
    });
    expect(code, stdout + stderr).toBe(0);
    expect(await docker.ok('run', '--rm', 'made:1', 'sh', '-c', 'ls /b | wc -l; ls /done')).toBe('500\n/done');
    await checkStore();
  } finally {
    await registry.stop();
  }
});
