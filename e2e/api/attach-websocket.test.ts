import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();

async function created(command: string[], more: object = {}): Promise<string> {
  const { status, json } = await suite.http.post('/containers/create', { Image: BUSYBOX, Cmd: command, OpenStdin: true, ...more });
  expect(status).toBe(201);
  return json.Id;
}

/** An open WebSocket to a container's streams, and everything that comes until it is closed. */
async function attached(path: string): Promise<{ socket: WebSocket; all: Promise<string>; printed: (text: string) => Promise<void> }> {
  const socket = new WebSocket(`ws+unix://${suite.daemon.socket}:${path}`);
  let text = '';
  socket.on('message', (data: Buffer) => (text += data.toString()));
  const all = once(socket, 'close').then(() => text);
  await once(socket, 'open');
  return { socket, all, printed: (wanted) => expect.poll(() => text, { timeout: 20_000 }).toContain(wanted) };
}

describe('attach/ws', () => {
  test('carries both streams bare, takes input, and closes when the container ends', async () => {
    const id = await created(['sh', '-c', 'echo out; echo err >&2; read word; echo got $word']);
    const { socket, all, printed } = await attached(`/v1.56/containers/${id}/attach/ws?stream=1&stdin=1&stdout=1&stderr=1`);
    await suite.http.post(`/containers/${id}/start`);
    await printed('err\n');
    socket.send('ahoy\n');
    const text = await all;
    expect(text.replace('err\n', '')).toBe('out\ngot ahoy\n');
  });

  test('gives one stream when one is asked for, and what was logged before', async () => {
    const id = await created(['sh', '-c', 'echo out; echo err >&2']);
    await suite.http.post(`/containers/${id}/start`);
    await suite.http.post(`/containers/${id}/wait`);
    const { all } = await attached(`/v1.56/containers/${id}/attach/ws?logs=1&stderr=1`);
    expect(await all).toBe('err\n');
  });

  test('leaves the container alone when the client goes', async () => {
    const id = await created(['sh', '-c', 'read word; echo $word'], { Tty: true });
    const { socket, all } = await attached(`/v1.41/containers/${id}/attach/ws?stream=1`);
    await suite.http.post(`/containers/${id}/start`);
    socket.close();
    await all;
    expect((await suite.http.get(`/containers/${id}/json`)).json.State.Running).toBe(true);
    const again = await attached(`/v1.41/containers/${id}/attach/ws?stream=1`);
    again.socket.send('back\n');
    expect(await again.all).toContain('back');
  });

  test('refuses what is no WebSocket, and a container that is not there', async () => {
    const id = await created(['true']);
    const plain = await suite.http.get(`/containers/${id}/attach/ws?stream=1`);
    expect([plain.status, plain.json.message]).toEqual([400, expect.stringContaining('needs a WebSocket')]);
    const socket = new WebSocket(`ws+unix://${suite.daemon.socket}:/containers/absent/attach/ws?stream=1`);
    const [, answer] = await once(socket, 'unexpected-response');
    expect(answer.statusCode).toBe(404);
    answer.destroy();
  });
});
