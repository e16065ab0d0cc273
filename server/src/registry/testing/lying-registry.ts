import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { digestOf } from '../../base/digest.js';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A registry in memory of which single answers can be replaced by wrong ones. */
export class LyingRegistry {
  readonly blobs = new Map<string, Buffer>();
  readonly manifests = new Map<string, { content: Buffer; mediaType: string }>();
  /** What comes instead, by path; undefined answers truthfully. */
  readonly lies = new Map<string, Handler>();
  /** Every request that came. */
  readonly requests: { path: string; authorization: string | undefined; range: string | undefined }[] = [];
  /** Asked before each answer; has answered itself when it returns true. */
  guard: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  private readonly server = createServer((request, response) => this.handle(request, response));

  async start(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  get domain(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  add(path: string, tag: string, manifest: Buffer, mediaType: string, blobs: readonly Buffer[]): void {
    for (const blob of blobs) this.blobs.set(`/v2/${path}/blobs/${digestOf(blob)}`, blob);
    for (const name of [tag, digestOf(manifest)]) this.manifests.set(`/v2/${path}/manifests/${name}`, { content: manifest, mediaType });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '').split('?')[0] ?? '';
    this.requests.push({ path, authorization: request.headers.authorization, range: request.headers.range });
    if (this.guard(request, response)) return;
    const lie = this.lies.get(path);
    if (lie) return lie(request, response);
    this.answer(path, request, response);
  }

  answer(path: string, request: IncomingMessage, response: ServerResponse): void {
    if (path === '/v2/') return void response.end('{}');
    const manifest = this.manifests.get(path);
    if (manifest) return void response.setHeader('content-type', manifest.mediaType).end(manifest.content);
    const blob = this.blobs.get(path);
    if (!blob) return sendError(response, 404, path.includes('/blobs/') ? 'BLOB_UNKNOWN' : 'MANIFEST_UNKNOWN', 'manifest unknown');
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from > 0) response.writeHead(206, { 'content-range': `bytes ${from}-${blob.length - 1}/${blob.length}` });
    response.end(blob.subarray(from));
  }
}

export function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ errors: [{ code, message }] }));
}
