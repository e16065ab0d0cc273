import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { busybox, busyboxLayer } from '../fixtures/busybox.ts';
import { architecture, image } from '../fixtures/image.ts';
import { account, type Registry, startPrivateRegistry, startRegistry } from '../fixtures/registry.ts';
import { useDaemon } from '../fixtures/suite.ts';
import { file, tar } from '../fixtures/tar.ts';
import { startTokenRegistry, type TokenRegistry } from '../fixtures/token-registry.ts';

const suite = useDaemon();
let open: Registry;
let closed: Registry;
let tokens: TokenRegistry;

beforeAll(async () => {
  [open, closed, tokens] = await Promise.all([startRegistry(), startPrivateRegistry(), startTokenRegistry()]);
});
afterAll(async () => {
  await Promise.all([open?.stop(), closed?.stop(), tokens?.stop()]);
});

/** Passes requests on to a registry, the first for each blob without its token: to the registry that is one that has run out. */
async function startForgetfulProxy(registry: string) {
  const met = new Set<string>();
  const server = createServer((incoming, answer) => {
    const { method, url = '/' } = incoming;
    const headers: IncomingHttpHeaders = { ...incoming.headers, host: registry };
    if (url.includes('/blobs/') && !met.has(url)) delete headers.authorization;
    if (url.includes('/blobs/')) met.add(url);
    const outgoing = request(`http://${registry}${url}`, { method, headers, agent: false }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    outgoing.once('error', () => answer.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get forgotten() {
      return met.size;
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe('docker pull', () => {
  test('gets all layers, tells of each, and the image runs', async () => {
    const layers = [await busyboxLayer(), ...(await Promise.all(['a', 'b', 'c', 'd'].map((name) => tar([file(name, name)]))))];
    const { digest } = await open.publish('fleet/boat', '1', image(layers));
    const out = await suite.docker.ok('pull', `${open.address}/fleet/boat:1`);
    expect(out.match(/Pull complete/g)).toHaveLength(4);
    expect(out.match(/Already exists/g)).toHaveLength(1);
    expect(out).toContain(`Digest: ${digest}`);
    expect(out).toContain(`Status: Downloaded newer image for ${open.address}/fleet/boat:1`);
    expect(await suite.docker.ok('run', '--rm', `${open.address}/fleet/boat:1`, 'cat', '/a', '/b', '/c', '/d')).toBe('abcd');
    expect(await suite.docker.ok('pull', `${open.address}/fleet/boat:1`)).toContain('Image is up to date');
    await suite.docker.ok('rmi', `${open.address}/fleet/boat:1`);
  });

  test('by digest', async () => {
    const { digest } = await open.publish('by-digest', '1', await busybox());
    await suite.docker.ok('pull', `${open.address}/by-digest@${digest}`);
    expect(await suite.docker.ok('images', '--digests', '--format', '{{.Digest}}', `${open.address}/by-digest`)).toBe(digest);
    await suite.docker.ok('rmi', `${open.address}/by-digest@${digest}`);
  });

  test('the image of this machine from a list of platforms', async () => {
    const other = architecture === 'arm64' ? 'amd64' : 'arm64';
    const ours = await busybox({ config: { Cmd: ['echo', 'native'] } });
    await open.publishList('multi', '1', {
      [other]: await busybox({ architecture: other, config: { Cmd: ['echo', 'foreign'] } }),
      [architecture]: ours,
    });
    await suite.docker.ok('pull', `${open.address}/multi:1`);
    expect(await suite.docker.ok('run', '--rm', `${open.address}/multi:1`)).toBe('native');
    await suite.docker.ok('rmi', `${open.address}/multi:1`);
  });

  test('all tags with -a', async () => {
    for (const tag of ['1', '2', '3']) await open.publish('many', tag, await busybox({ config: { Labels: { tag } } }));
    await suite.docker.ok('pull', '-a', `${open.address}/many`);
    const tags = await suite.docker.ok('images', '--format', '{{.Tag}}', `${open.address}/many`);
    expect(tags.split('\n').toSorted()).toEqual(['1', '2', '3']);
    await suite.docker.ok('rmi', ...['1', '2', '3'].map((tag) => `${open.address}/many:${tag}`));
  });

  test('docker run pulls what is not there', async () => {
    await open.publish('on-demand', 'latest', await busybox());
    const { code, stdout, stderr } = await suite.docker.run(['run', '--rm', `${open.address}/on-demand`, 'echo', 'pulled']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'pulled\n' });
    expect(stderr).toContain('Unable to find image');
    await suite.docker.ok('rmi', `${open.address}/on-demand`);
  });

  test.each([
    ['tag', 'boat:none', /manifest.*(unknown|not found)|not found/i],
    ['repository', 'none:1', /not found|repository does not exist|manifest unknown|pull access denied/i],
  ])('an unknown %s is an error that names it', async (_, reference, message) => {
    const { code, stderr } = await suite.docker.run(['pull', `${open.address}/${reference}`]);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).toContain(reference.split(':')[0]);
  });
});

describe('registries that ask who is there', () => {
  test('basic authentication: refused without, let in after docker login', async () => {
    await closed.publish('secret', '1', await busybox());
    const reference = `${closed.address}/secret:1`;
    expect((await suite.docker.run(['pull', reference])).stderr).toMatch(/no basic auth credentials|unauthorized|authentication required/i);
    const wrong = await suite.docker.run(['login', '-u', account.username, '--password-stdin', closed.address], { stdin: 'wrong' });
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/unauthorized|incorrect username or password/i);
    expect(await suite.docker.feed(account.password, 'login', '-u', account.username, '--password-stdin', closed.address)).toContain(
      'Login Succeeded',
    );
    await suite.docker.ok('pull', reference);
    await suite.docker.ok('rmi', reference);
    await suite.docker.ok('logout', closed.address);
  });

  test('token authentication: anonymous for what is public', async () => {
    await tokens.registry.publish('public/busybox', '1', await busybox());
    await suite.docker.ok('pull', `${tokens.registry.address}/public/busybox:1`);
    expect(tokens.asked).toContainEqual({ scope: 'repository:public/busybox:pull', user: '' });
    await suite.docker.ok('rmi', `${tokens.registry.address}/public/busybox:1`);
  });

  test('token authentication: a token that has run out by the time of a layer is replaced', async () => {
    await tokens.registry.publish('public/busybox', '2', image([await busyboxLayer(), await tar([file('late', 'late')])]));
    const forgetful = await startForgetfulProxy(tokens.registry.address);
    const wanted = () => tokens.asked.filter(({ scope }) => scope === 'repository:public/busybox:pull').length;
    const before = wanted();
    try {
      await suite.docker.ok('pull', `${forgetful.address}/public/busybox:2`);
      expect(forgetful.forgotten).toBeGreaterThan(0);
      expect(wanted()).toBeGreaterThan(before + 1);
      expect(await suite.docker.ok('run', '--rm', `${forgetful.address}/public/busybox:2`, 'cat', '/late')).toBe('late');
    } finally {
      await suite.docker.run(['rmi', '-f', `${forgetful.address}/public/busybox:2`]);
      forgetful.stop();
    }
  });

  test('token authentication: with an account for what is not', async () => {
    const { address } = tokens.registry;
    await tokens.registry.publish('private/busybox', '1', await busybox());
    expect((await suite.docker.run(['pull', `${address}/private/busybox:1`])).stderr).toMatch(
      /denied|unauthorized|authentication required/i,
    );
    await suite.docker.feed(account.password, 'login', '-u', account.username, '--password-stdin', address);
    await suite.docker.ok('pull', `${address}/private/busybox:1`);
    expect(tokens.asked).toContainEqual({ scope: 'repository:private/busybox:pull', user: account.username });
    await suite.docker.ok('rmi', `${address}/private/busybox:1`);
  });
});
