import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { request } from 'undici';
import { digestOf } from '../../base/digest.js';

/** A real registry (Debian's docker-registry) on loopback with a folder of its own. */
export interface DockerRegistry {
  /** host:port */
  readonly domain: string;
  /** Puts an image's blobs and manifest there. @returns digest of the manifest */
  push(path: string, tag: string, manifest: Buffer, mediaType: string, blobs: readonly Buffer[]): Promise<string>;
  stop(): Promise<void>;
}

/** @param htpasswd lines of user:bcrypt hash; makes the registry ask for a login */
export async function startDockerRegistry(htpasswd?: string): Promise<DockerRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-registry-'));
  const domain = `127.0.0.1:${await freePort()}`;
  if (htpasswd) writeFileSync(join(folder, 'htpasswd'), htpasswd);
  const config = {
    version: 0.1,
    log: { level: 'info' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
    http: { addr: domain, secret: 'test' },
    ...(htpasswd && { auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } } }),
  };
  writeFileSync(join(folder, 'config.yml'), JSON.stringify(config));
  const child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: ['ignore', 'ignore', 'pipe'] });
  for await (const line of createInterface(child.stderr)) if (line.includes('listening on')) break;
  child.stderr.resume();
  return {
    domain,
    push: (path, tag, manifest, mediaType, blobs) => push(`http://${domain}/v2/${path}`, tag, manifest, mediaType, blobs),
    stop: async () => {
      child.kill();
      await once(child, 'exit');
      rmSync(folder, { recursive: true });
    },
  };
}

async function push(base: string, tag: string, manifest: Buffer, mediaType: string, blobs: readonly Buffer[]): Promise<string> {
  for (const blob of blobs) {
    const started = await request(`${base}/blobs/uploads/`, { method: 'POST' });
    await started.body.dump();
    const url = new URL(String(started.headers.location), base);
    url.searchParams.set('digest', digestOf(blob));
    await expectCreated(await request(url, { method: 'PUT', body: blob }));
  }
  await expectCreated(await request(`${base}/manifests/${tag}`, { method: 'PUT', body: manifest, headers: { 'content-type': mediaType } }));
  return digestOf(manifest);
}

async function expectCreated(response: Awaited<ReturnType<typeof request>>): Promise<void> {
  const text = await response.body.text();
  if (response.statusCode !== 201) throw new Error(`the registry answered ${response.statusCode}: ${text}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
