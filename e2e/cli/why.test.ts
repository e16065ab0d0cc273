import { beforeAll, describe, expect, test } from 'vitest';
import { BUSYBOX, busyboxLayer } from '../fixtures/busybox.ts';
import { image, saved } from '../fixtures/image.ts';
import { signIn, type SignedIn } from '../fixtures/live-page.ts';
import { unique } from '../fixtures/names.ts';
import { testedRuntime } from '../fixtures/oci-runtime.ts';
import { useDaemon } from '../fixtures/suite.ts';
import { file, tar } from '../fixtures/tar.ts';

const suite = useDaemon();
/** Other runtimes have words of their own, and find out too late to be helped. */
const native = testedRuntime === undefined;

let visitor: SignedIn;
beforeAll(async () => void (visitor = await signIn(suite.daemon)));

/** What the dashboard is told about a container. */
async function why(name: string): Promise<{ sentence?: string; advice?: string; tone?: string; lastErrors: string[] }> {
  const path = `/dashboard/containers/${name}/stop-reason`;
  const answer = await fetch(`${suite.daemon.dashboard}${path}`, { headers: { cookie: visitor.cookie } });
  expect(answer.status).toBe(200);
  // Over the engine's socket there is no such thing, under any name.
  for (const prefix of ['', '/v1.44']) expect((await suite.http.get(`${prefix}${path}`)).status).toBe(404);
  return (await answer.json()) as Awaited<ReturnType<typeof why>>;
}

async function ran(...args: string[]): Promise<string> {
  const name = unique('why');
  await suite.docker.run(['run', '--name', name, ...args]);
  return name;
}

describe('why a container does not run', () => {
  test('an error of its own, with the last it wrote', async () => {
    const name = await ran(BUSYBOX, 'sh', '-c', 'echo fine; echo "cannot open config" >&2; exit 3');
    expect(await why(name)).toMatchObject({
      sentence: expect.stringMatching(/^Its process ended by itself with an error \(exit code 3\), .* after its start\.$/),
      tone: 'bad',
      lastErrors: ['cannot open config'],
    });
  });

  test('a stop that it did not heed', async () => {
    const name = unique('why');
    await suite.docker.ok('run', '-d', '--name', name, BUSYBOX, 'sh', '-c', 'trap "" TERM; while :; do sleep 1; done');
    expect(await why(name)).toEqual({ lastErrors: [] });
    await suite.docker.ok('stop', '-t', '1', name);
    expect((await why(name)).sentence).toMatch(
      /^It was stopped on request; it did not end on SIGTERM within 1 seconds and was killed \(exit code 137\)/,
    );
  });

  test('a kill, told from one that nobody asked the daemon for, also after the daemon was away', { timeout: 120_000 }, async () => {
    const [asked, unasked] = [unique('asked'), unique('unasked')];
    for (const name of [asked, unasked]) await suite.docker.ok('run', '-d', '--name', name, BUSYBOX, 'sleep', 'infinity');
    await suite.docker.ok('kill', asked);
    const { Pid } = (await suite.docker.inspect(unasked)).State;
    process.kill(Pid, 'SIGKILL');
    await suite.docker.ok('wait', unasked);
    await suite.daemon.stop('SIGKILL');
    await suite.daemon.start();
    expect((await why(asked)).sentence).toContain('It was killed on request with SIGKILL (exit code 137)');
    expect((await why(unasked)).sentence).toContain('It was ended with SIGKILL (exit code 137)');
  });

  test.runIf(native)('a command that is not there', async () => {
    const name = await ran(BUSYBOX, 'no-such-program');
    expect((await why(name)).sentence).toContain('exec: "no-such-program": executable file not found in $PATH');
  });
});

describe.runIf(native)('docker run explains a program that cannot be run', () => {
  test.each([
    ['/app/script', '#!/bin/bash\n', 0o755, '/app/script is a script for /bin/bash, which is not in the image', 127],
    ['/app/plain', 'echo\n', 0o755, '/app/plain is no program, and no script that begins with a line such as #!/bin/sh', 125],
    ['/app/locked', '#!/bin/sh\n', 0o644, '/app/locked is not executable: chmod +x it in the image', 126],
  ])('%s', async (path, content, mode, words, exitCode) => {
    const tag = `why:${path.slice('/app/'.length)}`;
    await suite.daemon.load(await saved(await image([await busyboxLayer(), await tar([file(path.slice(1), content, mode)])]), tag));
    const { code, stderr } = await suite.docker.run(['run', '--rm', tag, path]);
    expect(stderr).toContain(words);
    expect(code).toBe(exitCode);
  });
});
