import 'reflect-metadata';
import { request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Body, ConsoleLogger, Controller, Delete, Get, Module, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { notFound, notModified } from '../../base/errors.js';
import { hijack, sendJsonLines, streamType } from './index.js';
import { buildServer, type HttpServer } from './server.js';

/** A few operations that answer with what they were given. */
@Controller()
class Echo {
  @Get('/containers/json')
  list(@Query() query: { all?: boolean; limit?: number }) {
    return [query];
  }

  @Post('/containers/create')
  create(@Query() query: object, @Body() body: object) {
    return { Id: JSON.stringify({ query, body }), Warnings: [] };
  }

  @Post('/containers/:id/start')
  start(@Param('id') id: string) {
    if (id === 'running') throw notModified('already started');
    if (id === 'gone') throw notFound(`No such container: ${id}`);
  }

  @Get('/images/:name/json')
  image(@Param('name') name: string) {
    return { Id: name };
  }

  @Delete('/images/:name')
  remove(@Param('name') name: string) {
    return [{ Deleted: name }];
  }

  @Post('/containers/:id/attach')
  attach(@Req() httpRequest: FastifyRequest, @Res() reply: FastifyReply) {
    const socket = hijack(httpRequest, reply, streamType(httpRequest, false));
    socket.pipe(socket);
  }

  @Get('/events')
  events(@Query('since') since: string, @Res() reply: FastifyReply) {
    return sendJsonLines(reply, async (emit) => {
      if (since === '1') throw notFound('nothing since then');
      await emit({ a: 1 });
      throw new Error('broke off');
    });
  }
}

@Module({ controllers: [Echo] })
class EchoModule {}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

describe('the HTTP server', () => {
  let http: HttpServer;
  let port: number;

  beforeAll(async () => {
    http = await buildServer(
      { module: EchoModule },
      {
        banner: 'Slipway/test',
        page: undefined,
        checkResponses: false,
        logger: new ConsoleLogger({ logLevels: ['fatal'] }),
        dashboardTls: undefined,
      },
    );
    const server = http.makeServer('tcp');
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
    return () => server.close();
  });
  afterAll(() => http.app.close());

  function send(method: string, path: string, options: { body?: string; headers?: Record<string, string> } = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = request({ port, method, path, headers: options.headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
        response.on('error', reject);
      });
      outgoing.on('error', reject);
      outgoing.end(options.body);
    });
  }
  const json = (body: unknown) => ({
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });

  test('answers with and without the version prefix, from 1.24 to 1.56', async () => {
    for (const prefix of ['', '/v1.24', '/v1.44', '/v1.56']) expect((await send('GET', `${prefix}/containers/json`)).status).toBe(200);
    expect(await send('GET', '/v1.57/containers/json')).toMatchObject({ status: 400, text: expect.stringContaining('too new') });
    expect(await send('GET', '/v1.23/containers/json')).toMatchObject({ status: 400, text: expect.stringContaining('too old') });
  });

  test("reads queries as Docker's clients write them", async () => {
    expect(JSON.parse((await send('GET', '/containers/json?all=1&limit=3')).text)).toEqual([{ all: true, limit: 3 }]);
    expect(JSON.parse((await send('GET', '/containers/json?all=False')).text)).toEqual([{ all: false }]);
    expect(await send('GET', '/containers/json?limit=many')).toMatchObject({ status: 400, text: expect.stringContaining('limit') });
  });

  test('brings a body into the form of the document', async () => {
    const { status, text } = await send(
      'POST',
      '/containers/create?name=xx',
      json({ image: 'a', Cmd: 'sh', HostConfig: { memory: 5, Binds: null, Dns: null } }),
    );
    expect(status).toBe(201);
    const { body } = JSON.parse(JSON.parse(text).Id);
    expect(body).toMatchObject({ Image: 'a', Cmd: ['sh'], HostConfig: { Memory: 5 } });
  });

  test('names the field of a body that does not fit', async () => {
    expect(await send('POST', '/containers/create', json({ Image: 'a', HostConfig: { Memory: 'much' } }))).toMatchObject({
      status: 400,
      text: expect.stringContaining('HostConfig.Memory'),
    });
    expect((await send('POST', '/containers/create', json('{"Image":'))).status).toBe(400);
    expect((await send('POST', '/containers/create', { body: '{"Image":"a"}', headers: { 'content-type': 'text/plain' } })).status).toBe(
      400,
    );
    expect((await send('POST', '/containers/create')).status).toBe(400);
  });

  test('maps kinds of errors to statuses, with {"message"} as the body', async () => {
    expect(await send('POST', '/containers/a/start')).toMatchObject({ status: 204, text: '' });
    expect(await send('POST', '/containers/running/start')).toMatchObject({ status: 304, text: '' });
    const gone = await send('POST', '/containers/gone/start');
    expect(gone.status).toBe(404);
    expect(JSON.parse(gone.text)).toEqual({ message: 'No such container: gone' });
    expect((await send('GET', '/nowhere')).status).toBe(404);
  });

  test('takes names with slashes, encoded or not', async () => {
    const name = '127.0.0.1:5000/a/b@sha256:12';
    expect(JSON.parse((await send('GET', `/v1.44/images/${name}/json`)).text)).toEqual({ Id: name });
    expect(JSON.parse((await send('GET', `/images/${encodeURIComponent(name)}/json?x=1`)).text)).toEqual({ Id: name });
    expect(JSON.parse((await send('DELETE', '/images/a/json:latest')).text)).toEqual([{ Deleted: 'a/json:latest' }]);
  });

  test('answers 501 for every operation without a route, and knows them', async () => {
    expect(http.missing).toContain('SwarmInit');
    expect(http.missing).not.toContain('ContainerList');
    expect((await send('POST', '/swarm/init', json({}))).status).toBe(501);
    expect((await send('GET', '/images/json')).status).toBe(501);
  });

  test('hands the connection over, with and without Upgrade, and keeps the half-open side', async () => {
    const { connect } = await import('node:net');
    for (const upgrade of [true, false]) {
      const text = await new Promise<string>((resolve, reject) => {
        const socket = connect(port, '127.0.0.1');
        let received = '';
        socket.on('data', (chunk) => {
          received += chunk.toString('latin1');
          if (received.endsWith('\r\n\r\n')) socket.end('ping\0\xff', 'latin1');
        });
        socket.on('end', () => resolve(received));
        socket.on('error', reject);
        socket.write(
          `POST /v1.44/containers/a/attach HTTP/1.1\r\nHost: x\r\n${upgrade ? 'Connection: Upgrade\r\nUpgrade: tcp\r\n' : ''}\r\n`,
        );
      });
      expect(text).toContain(upgrade ? 'HTTP/1.1 101 UPGRADED' : 'HTTP/1.1 200 OK');
      expect(text).toContain('application/vnd.docker.multiplexed-stream');
      expect(text.endsWith('ping\0\xff')).toBe(true);
    }
  });

  test('tells an error as a status before the first message of a stream, inside it afterwards', async () => {
    expect((await send('GET', '/events?since=1')).status).toBe(404);
    const { status, text } = await send('GET', '/events');
    expect(status).toBe(200);
    expect(
      text
        .trim()
        .split('\r\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([{ a: 1 }, { errorDetail: { message: 'broke off' }, error: 'broke off' }]);
  });
});
