import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import Dockerode from 'dockerode';
import { extract, pack } from 'tar-stream';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { unique } from '../fixtures/names.ts';
import { softLimit } from '../fixtures/oci-runtime.ts';
import { run } from '../fixtures/process.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();
const SERVE = 'mkdir /www; echo page >/www/index.html; echo serving; exec httpd -f -p 8080 -h /www';

describe('SDKs do their container work unchanged', () => {
  test("docker-py, Debian's", { timeout: 240_000 }, async () => {
    const script = join(import.meta.dirname, '../fixtures/docker-py.py');
    const { code, stdout, stderr } = await run('/usr/bin/python3', [script, BUSYBOX, String(softLimit(100, 200))], {
      env: suite.docker.env,
      timeoutMs: 240_000,
    });
    expect(stderr).toBe('');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'all as it should be\n' });
  });

  describe('dockerode', () => {
    let docker: Dockerode;
    beforeAll(() => {
      docker = new Dockerode({ socketPath: suite.daemon.socket });
    });

    /** Both streams of a connection, told apart, when it has ended. */
    async function demuxed(stream: NodeJS.ReadWriteStream): Promise<[string, string]> {
      const [out, err] = [new PassThrough(), new PassThrough()];
      docker.modem.demuxStream(stream, out, err);
      stream.on('end', () => [out, err].forEach((each) => each.end()));
      return [await text(out), await text(err)];
    }

    test('runs, feeds, executes in, follows, copies and removes containers', async () => {
      const out = new PassThrough();
      const [ended, container] = await docker.run(BUSYBOX, ['sh', '-c', 'echo ahoy; exit 3'], out);
      expect([ended.StatusCode, out.read().toString()]).toEqual([3, expect.stringContaining('ahoy')]);
      await container.remove();
      const name = unique('rode');
      const settings = { Image: BUSYBOX, name, OpenStdin: true, StdinOnce: true, Labels: { deck: name } };
      const reader = await docker.createContainer({ ...settings, Cmd: ['sh', '-c', 'wc -c; echo done >&2; sleep 60'] });
      const attached = await reader.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });
      const said = new PassThrough();
      docker.modem.demuxStream(attached, said, said);
      await reader.start();
      attached.end('x'.repeat(100_000));
      const logs = async () => String(await reader.logs({ stdout: true, stderr: true }));
      await expect.poll(logs, { timeout: 30_000 }).toContain('done');
      expect(said.read().toString()).toMatch(/^100000\n/);
      const exec = await reader.exec({
        Cmd: ['sh', '-c', 'cat; echo e >&2; exit 4'],
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
      });
      const stream = await exec.start({ hijack: true, stdin: true });
      const streams = demuxed(stream);
      stream.end('through');
      expect(await streams).toEqual(['through', 'e\n']);
      expect((await exec.inspect()).ExitCode).toBe(4);
      const tar = pack();
      tar.entry({ name: 'given' }, 'given');
      tar.finalize();
      await reader.putArchive(tar as unknown as NodeJS.ReadableStream, { path: '/tmp' });
      const unpacked = (await reader.getArchive({ path: '/tmp/given' })).pipe(extract());
      for await (const entry of unpacked) expect([entry.header.name, await text(entry)]).toEqual(['given', 'given']);
      expect((await docker.listContainers({ filters: { label: [`deck=${name}`] } })).map(({ Id }) => Id)).toEqual([reader.id]);
      const stats = await reader.stats({ stream: false });
      expect(stats.pids_stats?.current).toBeGreaterThan(0);
      await reader.kill();
      expect((await reader.wait()).StatusCode).toBe(137);
      await reader.remove({ v: true });
      await expect(reader.inspect()).rejects.toMatchObject({ statusCode: 404, reason: 'no such container' });
    });
  });

  describe('testcontainers', () => {
    beforeAll(() => {
      vi.stubEnv('DOCKER_HOST', suite.daemon.host);
      vi.stubEnv('TESTCONTAINERS_RYUK_DISABLED', 'true');
    });
    const started: { stop(): Promise<unknown> }[] = [];
    afterEach(async () => {
      for (const each of started.splice(0).toReversed()) await each.stop();
    });

    test('starts services in a network, waits for them, and takes all of it back', { timeout: 180_000 }, async () => {
      const { GenericContainer, Network, Wait } = await import('testcontainers');
      const network = await new Network().start();
      started.push(network);
      const server = await new GenericContainer(BUSYBOX)
        .withCommand(['sh', '-c', SERVE])
        .withNetwork(network)
        .withNetworkAliases('server')
        .withExposedPorts(8080)
        .withEnvironment({ DECK: 'upper' })
        .withCopyContentToContainer([{ content: 'copied', target: '/copied' }])
        .withTmpFs({ '/scratch': 'rw' })
        .withHealthCheck({
          test: ['CMD-SHELL', 'wget -qO- http://127.0.0.1:8080'],
          interval: 200,
          retries: 100,
          timeout: 5000,
          startPeriod: 0,
        })
        .withWaitStrategy(
          Wait.forAll([Wait.forLogMessage('serving'), Wait.forHttp('/', 8080), Wait.forHealthCheck(), Wait.forListeningPorts()]),
        )
        .start();
      started.push(server);
      const page = await fetch(`http://${server.getHost()}:${server.getMappedPort(8080)}/`);
      expect(await page.text()).toBe('page\n');
      expect(await server.exec(['sh', '-c', 'cat /copied; echo -n $DECK; exit 2'])).toMatchObject({ output: 'copiedupper', exitCode: 2 });
      const client = await new GenericContainer(BUSYBOX)
        .withCommand(['sh', '-c', 'wget -qO- http://server:8080 && echo fetched'])
        .withNetwork(network)
        .withWaitStrategy(Wait.forOneShotStartup())
        .start();
      started.push(client);
      expect(await text(await client.logs())).toContain('page\nfetched\n');
      await server.restart();
      expect((await fetch(`http://${server.getHost()}:${server.getMappedPort(8080)}/`)).status).toBe(200);
    });

    test('says when a service does not come up', { timeout: 120_000 }, async () => {
      const { GenericContainer, Wait } = await import('testcontainers');
      const broken = new GenericContainer(BUSYBOX)
        .withCommand(['sh', '-c', 'echo broken; exit 1'])
        .withWaitStrategy(Wait.forOneShotStartup())
        .start();
      await expect(broken).rejects.toThrow(/Container failed to start/);
    });
  });
});
