import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon({ flags: ['--experimental'] });

const DOCKERFILE = `FROM ${BUSYBOX} AS base
RUN mkdir -p /kept /emptied /replaced && echo base > /kept/file && echo base > /emptied/file && echo base > /replaced/file
FROM base
RUN echo more > /kept/more && rm -r /emptied && rm /etc/group
RUN rm -r /replaced && mkdir /replaced && echo new > /replaced/new && chown 7:8 /replaced
RUN dd if=/dev/zero of=/passing bs=1M count=4 2>/dev/null
RUN rm /passing && ln /kept/more /kept/linked && chmod 4755 /kept/more
CMD ["cat", "/kept/more"]
`;
const LOOK =
  "(find / -xdev -exec stat -c '%n %F %a %u:%g' {} +; find / -xdev -type f -exec stat -c '%n %h %s' {} +) | grep -vE '^/(dev|proc|sys|etc/(hosts|hostname|resolv.conf|mtab)|.dockerenv)?( |/)' | sort";

async function build(tag: string, ...flags: string[]): Promise<string> {
  const context = join(suite.daemon.root, tag);
  mkdirSync(context);
  writeFileSync(join(context, 'Dockerfile'), DOCKERFILE);
  const { code, stdout, stderr } = await suite.docker.run(['build', '-t', tag, '--iidfile', join(context, 'id'), ...flags, context], {
    env: { ...suite.docker.env, DOCKER_BUILDKIT: '0' },
    timeoutMs: 120_000,
  });
  expect(code, stdout + stderr).toBe(0);
  return stdout;
}

describe('docker build --squash', () => {
  test('makes one layer of all that the last stage has put on its base', { timeout: 120_000 }, async () => {
    await build('plain');
    const output = await build('squashed', '--squash');
    const [plain, squashed] = [await suite.docker.inspect('plain'), await suite.docker.inspect('squashed')];
    expect(output).toContain(`Successfully built ${squashed.Id.slice(7, 19)}`);
    const { Layers } = plain.RootFS;
    expect(squashed.RootFS.Layers).toHaveLength(3);
    expect(squashed.RootFS.Layers.slice(0, 2)).toEqual(Layers.slice(0, 2));
    expect(squashed).toMatchObject({ Parent: '', Config: plain.Config });
    expect(plain.Size - squashed.Size).toBeGreaterThan(4 << 20);
    const look = (image: string) => suite.docker.ok('run', '--rm', '--network=none', image, 'sh', '-c', LOOK);
    expect(await look('squashed')).toBe(await look('plain'));
    expect(await suite.docker.ok('run', '--rm', 'squashed')).toBe('more');
    const history = (await suite.docker.ok('history', '--format', '{{.Size}} {{.Comment}}', '--no-trunc', 'squashed')).split('\n');
    expect(history[0]).toMatch(/ merge sha256:\w{64} to sha256:\w{64}$/);
    expect(history.slice(1, 6).map((line) => line.split(' ')[0])).toEqual(['0B', '0B', '0B', '0B', '0B']);
  });
});
