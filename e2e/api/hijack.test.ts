import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { useDaemon } from '../fixtures/suite.ts';

const suite = useDaemon();

interface ContainerOptions {
  readonly Cmd: string[];
  readonly Tty?: boolean;
}

/** Creates a container with open standard input; resolves to its ID. */
async function created(options: ContainerOptions): Promise<string> {
  const attach = { OpenStdin: true, StdinOnce: true, AttachStdin: true, AttachStdout: true, AttachStderr: true };
  const { status, json } = await suite.http.post('/containers/create', {
    Image: BUSYBOX,
    ...attach,
    ...options,
    HostConfig: { AutoRemove: true },
  });
  expect(status).toBe(201);
  return json.Id;
}

/** All bytes until the other side ends. */
async function drained(socket: Socket, head: Buffer): Promise<Buffer> {
  const chunks: Buffer[] = [head];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Takes a multiplexed stream apart: eight bytes of head (stream, length), then the content. */
function demultiplex(bytes: Buffer): Record<number, string> {
  const streams: Record<number, string> = {};
  for (let offset = 0; offset < bytes.length;) {
    const [stream, length] = [bytes.readUInt8(offset), bytes.readUInt32BE(offset + 4)];
    streams[stream] = (streams[stream] ?? '') + bytes.toString('utf8', offset + 8, offset + 8 + length);
    offset += 8 + length;
  }
  return streams;
}

const ATTACH = 'attach?stream=1&stdin=1&stdout=1&stderr=1';

describe('attach', () => {
  test('with an upgrade: 101, frames of both streams, the end of input passed on', async () => {
    const id = await created({ Cmd: ['sh', '-c', 'cat; echo err >&2; echo done'] });
    const { socket, headers, head } = await suite.http.hijack(`/v1.56/containers/${id}/${ATTACH}`);
    expect(headers).toMatchObject({
      connection: expect.stringMatching(/upgrade/i),
      upgrade: 'tcp',
      'content-type': 'application/vnd.docker.multiplexed-stream',
    });
    expect((await suite.http.post(`/containers/${id}/start`)).status).toBe(204);
    socket.write('ahoy\n');
    socket.end();
    expect(demultiplex(await drained(socket, head))).toEqual({ 1: 'ahoy\ndone\n', 2: 'err\n' });
  });

  test('with a terminal: raw bytes', async () => {
    const id = await created({ Tty: true, Cmd: ['sh', '-c', 'stty -echo; read line; echo "got $line"'] });
    const { socket, headers, head } = await suite.http.hijack(`/v1.56/containers/${id}/${ATTACH}`);
    expect(headers['content-type']).toBe('application/vnd.docker.raw-stream');
    await suite.http.post(`/containers/${id}/start`);
    socket.write('ahoy\n');
    expect((await drained(socket, head)).toString()).toMatch(/got ahoy\r\n$/);
    socket.end();
  });

  test('of a terminal that is resized before and after its start', async () => {
    const id = await created({ Tty: true, Cmd: ['sh', '-c', 'trap "stty size; exit" WINCH; echo ready; while :; do sleep 0.1; done'] });
    const { socket } = await suite.http.hijack(`/v1.56/containers/${id}/${ATTACH}`);
    let output = '';
    socket.setEncoding('utf8').on('data', (text: string) => (output += text));
    await suite.http.post(`/containers/${id}/start`);
    await expect.poll(() => output).toContain('ready');
    expect((await suite.http.post(`/containers/${id}/resize?h=31&w=97`)).status).toBe(200);
    await expect.poll(() => output).toContain('31 97');
    socket.destroy();
  });
});

describe('exec', () => {
  test('its own stream, exit code and inspection', async () => {
    const id = await created({ Cmd: ['sleep', '600'] });
    await suite.http.post(`/containers/${id}/start`);
    const exec = { AttachStdin: true, AttachStdout: true, AttachStderr: true, Cmd: ['sh', '-c', 'cat; exit 17'] };
    const { Id } = (await suite.http.post(`/containers/${id}/exec`, exec)).json;
    expect((await suite.http.get(`/exec/${Id}/json`)).json).toMatchObject({ ID: Id, Running: false, ExitCode: null, ContainerID: id });
    const { socket, head } = await suite.http.hijack(`/v1.56/exec/${Id}/start`, { Detach: false, Tty: false });
    socket.end('input');
    expect(demultiplex(await drained(socket, head))).toEqual({ 1: 'input' });
    expect((await suite.http.get(`/exec/${Id}/json`)).json).toMatchObject({ Running: false, ExitCode: 17 });
    await suite.http.post(`/containers/${id}/kill`);
  });

  test('is started once only', async () => {
    const id = await created({ Cmd: ['sleep', '600'] });
    await suite.http.post(`/containers/${id}/start`);
    const { Id } = (await suite.http.post(`/containers/${id}/exec`, { Cmd: ['true'] })).json;
    expect((await suite.http.post(`/exec/${Id}/start`, { Detach: true })).status).toBe(200);
    await expect.poll(async () => (await suite.http.get(`/exec/${Id}/json`)).json.ExitCode).toBe(0);
    expect((await suite.http.post(`/exec/${Id}/start`, { Detach: true })).status).toBe(409);
    await suite.http.post(`/containers/${id}/kill`);
  });
});

test('attach without an upgrade answers 200 and streams', async () => {
  const id = await created({ Cmd: ['echo', 'plain'] });
  const response = await suite.http.open('POST', `/containers/${id}/attach?stream=1&stdout=1&stderr=1`);
  expect(response.statusCode).toBe(200);
  await suite.http.post(`/containers/${id}/start`);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  expect(demultiplex(Buffer.concat(chunks))).toEqual({ 1: 'plain\n' });
});

test('a client that goes away does not end the container, and wait goes on', async () => {
  const { json } = await suite.http.post('/containers/create', { Image: BUSYBOX, Cmd: ['sleep', '600'] });
  await suite.http.post(`/containers/${json.Id}/start`);
  const { socket } = await suite.http.hijack(`/containers/${json.Id}/attach?stream=1&stdout=1`);
  const wait = suite.http.post(`/containers/${json.Id}/wait`);
  socket.destroy();
  expect((await suite.http.get(`/containers/${json.Id}/json`)).json.State.Running).toBe(true);
  await suite.http.post(`/containers/${json.Id}/kill?signal=KILL`);
  expect((await wait).json).toMatchObject({ StatusCode: 137 });
});
