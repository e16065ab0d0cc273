import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Contender } from '../bench/contender.ts';
import { startDockerd } from '../bench/dockerd.ts';
import { BUSYBOX, busybox, busyboxArchive } from '../fixtures/busybox.ts';
import type { DockerCli } from '../fixtures/docker.ts';
import { architecture } from '../fixtures/image.ts';
import { run } from '../fixtures/process.ts';
import { startRegistry } from '../fixtures/registry.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();
const timeoutMs = 180_000;

/** Every kind of thing a layer may have, and whiteouts of some. */
const DOCKERFILE = `FROM ${BUSYBOX}
COPY tree /tree
RUN mkdir -p /made/deep && echo one > /made/one && ln /made/one /made/two && ln -s one /made/link && mkfifo /made/pipe
RUN chmod 4755 /made/one && chown 7:8 /made/deep && rm -r /tree/gone /etc/group && truncate -s 1M /made/sparse
RUN rm -r /made/deep && mkdir /made/deep && touch /made/deep/new && touch /made/${'n'.repeat(150)}
ENV GREETING="hello world"
CMD ["cat", "/made/two"]
`;

describe("images that go between this daemon and Debian's dockerd", () => {
  let dockerd: Contender;
  let context: string;
  let archives = 0;

  beforeAll(async () => {
    dockerd = await startDockerd(['--iptables=false', '--bridge=none']);
    await dockerd.docker.feed(await busyboxArchive(), 'load');
    context = join(suite.daemon.root, 'context');
    for (const folder of ['tree/kept', 'tree/gone']) mkdirSync(join(context, folder), { recursive: true });
    writeFileSync(join(context, 'Dockerfile'), DOCKERFILE);
    writeFileSync(join(context, 'tree/kept/file'), 'content\n'.repeat(1000));
    writeFileSync(join(context, 'tree/gone/file'), 'gone');
    symlinkSync('kept/file', join(context, 'tree/link'));
  }, timeoutMs);
  afterAll(async () => {
    await dockerd?.stop();
    // Dockerd leaves its parent of cgroups behind; one that is in use stays.
    await run('sh', ['-c', 'rmdir /sys/fs/cgroup/*/docker']);
  });

  const ok = async (docker: DockerCli, ...args: string[]) => {
    const { code, stdout, stderr } = await docker.run(args, { timeoutMs, env: { ...docker.env, DOCKER_BUILDKIT: '0' } });
    expect(code, `docker ${args.join(' ')}: ${stdout}${stderr}`).toBe(0);
    return stdout;
  };
  const facts = async (docker: DockerCli, name: string) => {
    const { Id, RootFS, Config, RepoTags } = await docker.inspect(name);
    return { Id, layers: RootFS.Layers, env: Config.Env, command: Config.Cmd, RepoTags };
  };
  const send = async (from: DockerCli, to: DockerCli, name: string) => {
    const archive = join(suite.daemon.root, `archive-${archives++}.tar`);
    await ok(from, 'save', '-o', archive, name);
    await ok(to, 'load', '-q', '-i', archive);
  };
  const content = async (docker: DockerCli, name: string) => {
    const look =
      "find / -xdev -exec stat -c '%n %F %a %u:%g %s %h %Y' {} + | grep -vE '^/(dev|proc|sys|etc|\\.dockerenv)?( |/)' | sort; cat /made/two";
    return ok(docker, 'run', '--rm', '--network=none', name, 'sh', '-c', look);
  };

  test.each([
    ['built here', () => [suite.docker, dockerd.docker] as const],
    ['built there', () => [dockerd.docker, suite.docker] as const],
  ])(
    'one that was %s has the same ID, layers and files on both sides, and after its way back',
    { timeout: timeoutMs },
    async (how, sides) => {
      const [home, abroad] = sides();
      const name = `exchange:${how.replaceAll(' ', '-')}`;
      await ok(home, 'build', '-q', '--network=none', '-t', name, context);
      const before = await facts(home, name);
      expect(before.layers.length).toBeGreaterThan(4);
      await send(home, abroad, name);
      expect(await facts(abroad, name)).toEqual(before);
      expect(await content(abroad, name)).toBe(await content(home, name));
      await ok(home, 'rmi', '-f', name);
      await ok(home, 'image', 'prune', '-f');
      await send(abroad, home, name);
      expect(await facts(home, name)).toEqual(before);
    },
  );

  test('Docker takes the platform of this machine from what was saved with several', { timeout: timeoutMs }, async () => {
    const registry = await startRegistry();
    try {
      const other = architecture === 'arm64' ? 'amd64' : 'arm64';
      const foreign = await busybox({ architecture: other, config: { Cmd: ['false'] } });
      await registry.publishList('both', '1', { [other]: foreign, [architecture]: await busybox({ config: { Cmd: ['true'] } }) });
      const name = `${registry.address}/both:1`;
      await ok(suite.docker, 'pull', name);
      await ok(suite.docker, 'pull', '--platform', `linux/${other}`, name);
      const before = await facts(suite.docker, name);
      await send(suite.docker, dockerd.docker, name);
      expect(await facts(dockerd.docker, name)).toEqual(before);
      expect(before.command).toEqual(['true']);
    } finally {
      await registry.stop();
    }
  });
});
