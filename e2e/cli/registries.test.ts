import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUSYBOX, busybox, busyboxArchive } from '../fixtures/busybox.ts';
import { type Certificates, makeCertificates } from '../fixtures/certificates.ts';
import { type Daemon, startDaemon } from '../fixtures/daemon.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';

let daemon: Daemon;
let mirror: Registry;
let closed: Registry;
let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
  const { ca, server } = certificates;
  const tls = `    certificate: ${server.cert}\n    key: ${server.key}\n    clientcas:\n      - ${ca}`;
  [mirror, closed] = await Promise.all([startRegistry(), startRegistry({ tls })]);
  daemon = await startDaemon({ flags: [`--registry-mirror=http://${mirror.address}`, '--registry-mirror=http://127.0.0.1:1'] });
  await daemon.load(await busyboxArchive());
});

afterAll(async () => {
  await daemon?.remove();
  await Promise.all([mirror?.stop(), closed?.stop()]);
  if (certificates) rmSync(certificates.folder, { recursive: true });
});

test('images of Docker Hub come from a mirror that has them, under their own names', async () => {
  const { digest } = await mirror.publish('library/mirrored', '1', await busybox({ config: { Cmd: ['echo', 'mirrored'] } }));
  const out = await daemon.docker.ok('pull', 'mirrored:1');
  expect(out).toContain(`Digest: ${digest}`);
  expect(out).toContain('Status: Downloaded newer image for mirrored:1');
  expect(await daemon.docker.ok('run', '--rm', 'mirrored:1')).toBe('mirrored');
  expect(await daemon.docker.ok('pull', `mirrored@${digest}`)).toContain(digest);
  expect(await daemon.docker.ok('info', '--format', '{{.RegistryConfig.Mirrors}}')).toContain(mirror.address);
});

test('a registry that asks for a client certificate gets the one of /etc/docker/certs.d', async () => {
  const tag = `${closed.address}/fleet/secret:1`;
  await daemon.docker.ok('tag', BUSYBOX, tag);
  const refused = await daemon.docker.run(['push', tag]);
  expect(refused.code).not.toBe(0);
  const folder = `/etc/docker/certs.d/${closed.address}`;
  mkdirSync(folder, { recursive: true });
  try {
    copyFileSync(certificates.client.cert, join(folder, 'client.cert'));
    expect((await daemon.docker.run(['push', tag])).stderr).toContain('missing key client.key for client certificate client.cert');
    copyFileSync(certificates.client.key, join(folder, 'client.key'));
    copyFileSync(certificates.ca, join(folder, 'ca.crt'));
    await daemon.docker.ok('push', tag);
    await daemon.docker.ok('rmi', tag);
    await daemon.docker.ok('pull', tag);
    expect(await daemon.docker.ok('run', '--rm', tag, 'echo', 'came')).toBe('came');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('an index is searched, with filters, a limit and a login', async () => {
  const asked: { q: string | null; n: string | null; authorization: string | undefined }[] = [];
  const results = ['harbour', 'harbour-tools', 'old-harbour'].map((name, at) => ({
    name,
    description: `The ${name}`,
    is_official: at === 0,
    star_count: 10 - at * 5,
  }));
  // Registries have no index any more: this one answers as Docker Hub does.
  const index = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://index');
    if (pathname !== '/v1/search') return void response.writeHead(404).end();
    asked.push({ q: searchParams.get('q'), n: searchParams.get('n'), authorization: request.headers.authorization });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ results }));
  });
  await new Promise<void>((resolve) => index.listen(0, '127.0.0.1', resolve));
  try {
    const address = `127.0.0.1:${(index.address() as AddressInfo).port}`;
    const search = (...flags: string[]) =>
      daemon.docker.ok('search', '--format', '{{.Name}} {{.StarCount}} {{.IsOfficial}}', ...flags, `${address}/harbour`);
    expect(await search('--limit', '7')).toBe('harbour 10 [OK]\nharbour-tools 5 \nold-harbour 0');
    expect(asked).toEqual([{ q: 'harbour', n: '7', authorization: undefined }]);
    expect(await search('--filter', 'stars=5')).toBe('harbour 10 [OK]\nharbour-tools 5');
    expect(await search('--filter', 'is-official=true')).toBe('harbour 10 [OK]');
    const auth = Buffer.from(JSON.stringify({ username: 'me', password: 'secret' })).toString('base64url');
    const { json } = await daemon.http.get(`/images/search?term=${address}/harbour`, { headers: { 'x-registry-auth': auth } });
    expect(json[0]).toMatchObject({ name: 'harbour', description: 'The harbour', is_official: true, star_count: 10 });
    expect(asked.at(-1)?.authorization).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`);
    const tooMany = await daemon.docker.run(['search', '--limit', '101', `${address}/harbour`]);
    expect(tooMany.stderr).toMatch(/outside the range of \[1, 100\]/);
  } finally {
    index.closeAllConnections();
    index.close();
  }
});
