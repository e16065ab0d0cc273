import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { DEBIAN, debianLayer, proxy } from '../fixtures/debian-root.ts';
import { image, saved } from '../fixtures/image.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();

beforeAll(async () => {
  await suite.daemon.load(await saved(image([readFileSync(await debianLayer())], { config: { Cmd: ['bash'] } }), DEBIAN));
}, 600_000);

const run = (...args: string[]) => suite.docker.ok('run', '--rm', ...args);

describe('a whole Debian', () => {
  test('is complete: every installed package passes dpkg --verify', async () => {
    expect(await run(DEBIAN, 'sh', '-c', 'dpkg --verify | grep -v " /\\(etc\\|usr/share/\\(doc\\|man\\|locale\\)\\)" || true')).toBe('');
  });

  test('runs programs that change users, with the owners and modes of the archive', async () => {
    expect(await run(DEBIAN, 'sh', '-c', 'stat -c "%a %U %G" /bin/su /usr/bin/chage /etc/shadow')).toBe(
      '4755 root root\n2755 root shadow\n640 root shadow',
    );
    expect(await run(DEBIAN, 'su', '-s', '/bin/sh', 'nobody', '-c', 'id -un')).toBe('nobody');
  });

  test('writes, and only its container sees it', async () => {
    const script = 'echo changed > /etc/motd; rm -r /usr/share/doc; ls /usr/share/doc 2>/dev/null | wc -l; cat /etc/motd';
    expect(await run(DEBIAN, 'sh', '-c', script)).toBe('0\nchanged');
    expect(await run(DEBIAN, 'sh', '-c', 'grep -c changed /etc/motd; ls /usr/share/doc | wc -l')).not.toMatch(/^1|^0\n0$/);
  });

  test('bash on a terminal takes commands', async () => {
    const terminal = suite.docker.terminal(['run', '--rm', '-it', DEBIAN]);
    await terminal.printed(/root@[0-9a-f]{12}:\/#/);
    terminal.write('echo $((6 * 7))-done; exit\n');
    await terminal.printed(/42-done/);
    expect((await terminal.ended).code).toBe(0);
  });
});

describe('a web server', () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry?.stop());

  test('is built with apt-get, pushed, removed, pulled and run, and serves its page', async () => {
    const root = mkdtempSync(join(suite.daemon.root, 'web-'));
    writeFileSync(join(root, 'index.html'), 'built here');
    writeFileSync(
      join(root, 'Dockerfile'),
      `FROM ${DEBIAN}
RUN apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends nginx-light && rm -r /var/lib/apt/lists/*
COPY index.html /var/www/html/
EXPOSE 80
CMD ["nginx", "-g", "daemon off;"]
`,
    );
    const tag = `${registry.address}/fleet/web:1`;
    const env: NodeJS.ProcessEnv = { ...suite.docker.env, DOCKER_BUILDKIT: '0', ...(await proxy()) };
    const proxies = ['--build-arg', 'http_proxy'];
    const built = await suite.docker.run(['build', '-t', tag, ...(env.http_proxy ? proxies : []), root], { env, timeoutMs: 300_000 });
    expect(built.code, built.stdout + built.stderr).toBe(0);
    const { Id } = await suite.docker.inspect(tag);
    await suite.docker.ok('push', tag);
    await suite.docker.ok('rmi', tag);
    await suite.http.post('/build/prune?all=true');
    await suite.docker.ok('pull', tag);
    expect((await suite.docker.inspect(tag)).Id).toBe(Id);
    await suite.docker.ok('run', '-d', '--name', 'web', '-p', '127.0.0.1::80', tag);
    const address = await suite.docker.ok('port', 'web', '80');
    const page = async () => (await fetch(`http://${address}/`)).text();
    await vi.waitFor(async () => expect(await page()).toBe('built here'), { timeout: 60_000, interval: 200 });
    await suite.docker.ok('rm', '-f', 'web');
  }, 400_000);
});
