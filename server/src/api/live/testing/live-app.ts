import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { Global, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { io, type Socket } from 'socket.io-client';
import { Access, SESSION_COOKIE, type SignedIn } from '../../../auth/access.js';
import { AuthModule } from '../../../auth/auth.module.js';
import { DAEMON_CONFIG } from '../../../base/config.js';
import { Ownership } from '../../../engine/access/index.js';
import { Events } from '../../../events/events.js';
import { Database } from '../../../state/database.js';
import { EventsChannel } from '../channels/events.js';
import { CHANNEL_SOURCES } from '../channels/index.js';
import { Deployments } from '../deployments.js';
import { LiveAdapter } from '../live.adapter.js';
import { LiveGateway } from '../live.gateway.js';
import type { BrowserEvents, DaemonEvents, EndReason } from '../protocol.js';
import { Echo, Names } from './sources.js';

export type Browser = Socket<DaemonEvents, BrowserEvents>;

export const PERSON = { name: 'ada', password: 'correct horse battery' };

/** What a browser sends to open the connection; what is left out is as the page sends it, null leaves the token out. */
export interface Handshake {
  token?: unknown;
  cookie?: string;
  origin?: string;
  host?: string;
  transports?: ('polling' | 'websocket')[];
  namespace?: string;
}

/** A gateway on loopback with an admin and a few channels to open. */
export interface LiveApp {
  readonly access: Access;
  readonly events: Events;
  readonly admin: SignedIn;
  readonly names: Names;
  readonly echo: Echo;
  browse(handshake?: Handshake): Browser;
  close(): Promise<void>;
}

export async function startLiveApp(): Promise<LiveApp> {
  const events = new Events();
  const [names, echo] = [new Names(events), new Echo()];
  const app = await gateway(events, new Map([names, echo, new EventsChannel(events)].map((source) => [source.kind, source])));
  const origin = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  const access = app.get(Access);
  const token = access.setupLink(origin)?.split('#token=')[1] ?? '';
  const admin = await access.setUp({ ...PERSON, token }, { address: '127.0.0.1', agent: '' });
  const browsers: Browser[] = [];
  const browse = (handshake: Handshake = {}) => {
    const {
      token: proof = admin.session.requestToken,
      cookie = admin.cookie,
      transports = ['websocket'],
      namespace = '/',
      ...headers
    } = handshake;
    const browser: Browser = io(origin + namespace, {
      path: '/live',
      transports,
      forceNew: true,
      reconnection: false,
      auth: proof === null ? {} : { token: proof },
      extraHeaders: { cookie: `${SESSION_COOKIE}=${cookie}`, origin, ...headers },
    });
    browsers.push(browser);
    return browser;
  };
  const close = async () => {
    for (const browser of browsers) browser.disconnect();
    await app.close();
  };
  return { access, events, admin, names, echo, browse, close };
}

async function gateway(events: Events, sources: ReadonlyMap<string, unknown>): Promise<NestFastifyApplication> {
  const rooms = [
    { provide: Events, useValue: events },
    { provide: Database, useValue: new Database(':memory:') },
    { provide: DAEMON_CONFIG, useValue: {} },
    { provide: Ownership, useValue: { nameOf: () => ({ object: '', name: '' }) } },
    { provide: Deployments, useValue: {} },
  ];
  @Global()
  @Module({ providers: rooms, exports: rooms.map(({ provide }) => provide) })
  class Rooms {}
  @Module({ imports: [Rooms, AuthModule], providers: [LiveGateway, { provide: CHANNEL_SOURCES, useValue: sources }] })
  class Live {}
  const adapter = new FastifyAdapter({ forceCloseConnections: true } as never);
  const app = await NestFactory.create<NestFastifyApplication>(Live, adapter, { logger: ['fatal'] });
  app.useWebSocketAdapter(new LiveAdapter(app));
  await app.listen(0, '127.0.0.1');
  return app;
}

export const once = (browser: Browser, event: 'hello' | 'connect_error' | 'disconnect') =>
  new Promise<unknown[]>((resolve) => (browser as Socket).once(event, (...values: unknown[]) => resolve(values)));

/** 'hello', or why the daemon refused. */
export const outcome = (browser: Browser) =>
  Promise.race([
    once(browser, 'hello').then(() => 'hello'),
    once(browser, 'connect_error').then(([error]) => `refused: ${(error as Error).message}`),
  ]);

/** Collects what comes on a channel, taking each in at once unless told otherwise. */
export function listen<Data>(browser: Browser, channel: number, take = true) {
  const received: Data[] = [];
  let wake: (() => void) | undefined;
  const ended = new Promise<EndReason>((resolve) => browser.on('end', (number, reason) => number === channel && resolve(reason)));
  browser.on('data', (number, data) => {
    if (number !== channel) return;
    received.push(data as Data);
    if (take) browser.emit('taken', channel, 1);
    wake?.();
  });
  const until = async (condition: (received: Data[]) => boolean) => {
    while (!condition(received)) await new Promise<void>((resolve) => (wake = resolve));
    return received;
  };
  return { received, ended, until };
}
