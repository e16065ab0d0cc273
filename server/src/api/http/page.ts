import { existsSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { listenerOf } from './listeners.js';
import { canonicalUrl } from './version.js';

/** Where the page's files are mounted inside the server; browsers never see this prefix. */
const PREFIX = '/-/page';

const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
};

/**
 * The path routes are matched on. On the dashboard's listener the Engine API answers under /v1.NN (and /_ping), the dashboard's
 * own API under /dashboard/, and every other path is the page's; elsewhere everything is the Engine API.
 */
export function routeUrl(request: IncomingMessage): string {
  const url = request.url ?? '/';
  if (listenerOf(request) !== 'dashboard' || /^\/v\d+\.\d+\/|^\/_ping\b/.test(url)) {
    // With a version or without: neither the page nor the dashboard's own API is the Engine's.
    const path = canonicalUrl(request);
    return path.startsWith(PREFIX) || path.startsWith('/dashboard/') ? '/-/none' : path;
  }
  if (url.startsWith('/dashboard/')) return url;
  return `${PREFIX}${url}`;
}

/** Serves the built page from `folder`; paths without a file are the page's own routes and get its index. */
export async function servePage(fastify: FastifyInstance, folder: string): Promise<void> {
  if (!existsSync(join(folder, 'index.html'))) throw new Error(`the page is not built: ${folder} has no index.html`);
  await fastify.register(fastifyStatic, {
    root: folder,
    prefix: `${PREFIX}/`,
    wildcard: false,
    index: false,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (response, path) => {
      for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.header(name, value);
      // Built files carry a hash of their content in their names.
      response.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  const index = async (_: unknown, reply: FastifyReply) => reply.sendFile('index.html');
  fastify.get(`${PREFIX}/`, index);
  fastify.get(`${PREFIX}/*`, index);
}

/** True for a routed path that is a file of the page. */
export function isPage(path: string): boolean {
  return path.startsWith(`${PREFIX}/`);
}
