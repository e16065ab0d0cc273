import { readFileSync } from 'node:fs';
import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { systemError } from '../../../base/errors.js';
import type { PluginAddress } from './discovery.js';

const MEDIA_TYPE = 'application/vnd.docker.plugins.v1.2+json';
/** Bytes of an answer that are read at most. */
const LONGEST_ANSWER = 16 * 1024 * 1024;

/** Calls the methods of one plugin: `POST /Type.Method` with JSON in and out. */
export class PluginClient {
  constructor(readonly plugin: PluginAddress) {}

  /** @param patience milliseconds for the whole call @throws System with what the plugin says or why it cannot be reached */
  async call<Answer>(method: string, body: object | undefined, patience: number): Promise<Answer> {
    const { status, text } = await this.post(method, body === undefined ? '' : JSON.stringify(body), patience);
    const answer = parse(text);
    const error = answer?.['Err'];
    if (typeof error === 'string' && error !== '') throw systemError(`${method}: ${error}`);
    if (status !== 200 || !answer) throw systemError(`${method}: plugin "${this.plugin.name}" answered ${status}: ${text.trim()}`);
    return answer as Answer;
  }

  private post(method: string, body: string, patience: number): Promise<{ status: number; text: string }> {
    const { name, address, tls } = this.plugin;
    const headers = { accept: MEDIA_TYPE, 'content-type': MEDIA_TYPE, 'content-length': Buffer.byteLength(body), host: name };
    const options: RequestOptions = { method: 'POST', headers, agent: false, signal: AbortSignal.timeout(patience), ...this.where(method) };
    return new Promise((resolve, reject) => {
      const failed = (error: Error) =>
        reject(systemError(`${method}: cannot reach plugin "${name}" at ${address}: ${error.message}`, error));
      const outgoing = (tls || address.startsWith('https:') ? httpsRequest : httpRequest)(options, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.length;
          if (size > LONGEST_ANSWER) response.destroy(new Error('its answer is too long'));
        });
        response.once('error', failed);
        response.once('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      });
      outgoing.once('error', failed);
      outgoing.end(body);
    });
  }

  private where(method: string): RequestOptions {
    const { address, tls } = this.plugin;
    if (address.startsWith('unix://')) return { socketPath: address.slice('unix://'.length), path: `/${method}` };
    const { hostname, port } = new URL(address.replace(/^tcp:/, tls ? 'https:' : 'http:'));
    const file = (path: string | undefined) => (path === undefined ? undefined : readFileSync(path));
    const secure = tls && { ca: file(tls.ca), cert: file(tls.cert), key: file(tls.key), rejectUnauthorized: !tls.insecure };
    return { hostname, port, path: `/${method}`, ...secure };
  }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
