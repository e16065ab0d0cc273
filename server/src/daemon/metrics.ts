import { createServer, type Server } from 'node:http';
import { messageOf } from '../base/errors.js';
import type { Metrics } from '../engine/metrics/metrics.js';

const TEXT_FORMAT = 'text/plain; version=0.0.4; charset=utf-8';

/** A server that answers nothing but /metrics. As with dockerd, whoever reaches its address may read. */
export function serveMetrics(metrics: Metrics): Server {
  return createServer((request, response) => {
    if (request.method !== 'GET' || request.url?.replace(/\?.*$/, '') !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('page not found\n');
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': TEXT_FORMAT }).end(text),
      (error: unknown) => response.writeHead(503, { 'content-type': 'text/plain' }).end(`${messageOf(error)}\n`),
    );
  });
}
