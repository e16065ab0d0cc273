import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { BrowserEvents, DaemonEvents } from '@live';
import { LiveConnection, type LiveState } from './live';

let http: HttpServer;
let daemon: Server<BrowserEvents, DaemonEvents>;
let connection: LiveConnection;
const states: LiveState[] = [];
const opened: [channel: number, kind: string, params: unknown][] = [];
const taken: [channel: number, amount: number][] = [];
let socket: Socket<BrowserEvents, DaemonEvents>;

beforeEach(async () => {
  [states, opened, taken].forEach((list) => (list.length = 0));
  http = createServer();
  daemon = new Server(http, { path: '/live', transports: ['websocket'] });
  daemon.use((client, next) => next(client.handshake.auth['token'] === 'secret' ? undefined : new Error('not signed in')));
  daemon.on('connection', (client) => {
    socket = client;
    client.on('open', (...what) => void opened.push(what));
    client.on('taken', (...what) => void taken.push(what));
  });
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening));
});

afterEach(async () => {
  connection.disconnect();
  await daemon.close();
});

function connect(token: string, refused = vi.fn<(message: string) => void>()) {
  const address = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  connection = new LiveConnection(() => token, { state: (state) => void states.push(state), hello: () => {}, refused }, address);
  connection.connect();
  return refused;
}

it('opens channels that were asked for before the connection stood', async () => {
  connect('secret');
  connection.open('containers', { params: () => ({}), data: () => {} });
  await vi.waitFor(() => expect(opened).toEqual([[1, 'containers', {}]]));
  expect(states).toEqual(['connecting', 'open']);
});

it('acknowledges data only once it was taken in', async () => {
  connect('secret');
  let finish!: () => void;
  const data = vi.fn<() => Promise<void>>(() => new Promise<void>((resolve) => (finish = resolve)));
  connection.open('logs', { params: () => ({ container: 'a', tail: 1, follow: true }), data });
  await vi.waitFor(() => expect(opened).toHaveLength(1));
  socket.emit('data', 1, { lines: [] });
  await vi.waitFor(() => expect(data).toHaveBeenCalledWith({ lines: [] }));
  expect(taken).toEqual([]);
  finish();
  await vi.waitFor(() => expect(taken).toEqual([[1, 1]]));
});

it("hands a terminal's bytes on and acknowledges how many", async () => {
  connect('secret');
  const data = vi.fn<(bytes: Uint8Array) => number>((bytes) => bytes.byteLength);
  connection.open('terminal', { params: () => ({ container: 'a', rows: 1, columns: 1 }), data });
  await vi.waitFor(() => expect(opened).toHaveLength(1));
  socket.emit('data', 1, Buffer.from('höhö'));
  await vi.waitFor(() => expect(taken).toEqual([[1, 6]]));
  expect(new TextDecoder().decode(data.mock.calls[0]![0])).toBe('höhö');
});

it('opens anew after a break, but for channels that do not outlive it', async () => {
  connect('secret');
  let round = 0;
  connection.open('events', { params: () => ({ since: String(++round) }), data: () => {} });
  connection.open('terminal', { params: () => ({ container: 'a', rows: 1, columns: 1 }), data: () => {}, lost: () => false });
  await vi.waitFor(() => expect(opened).toHaveLength(2));
  socket.conn.close();
  await vi.waitFor(() => expect(opened).toHaveLength(3), { timeout: 5000 });
  expect(opened[2]).toEqual([1, 'events', { since: '2' }]);
  expect(states).toEqual(['connecting', 'open', 'broken', 'open']);
});

it('tells when it is turned away', async () => {
  const refused = connect('wrong');
  await vi.waitFor(() => expect(refused).toHaveBeenCalledWith('not signed in'));
});
