import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../state/database.js';
import { AlertChannels, type AlertChannelRequest } from '../channels.js';
import { AlertDelivery } from './delivery.js';
import { messageFor } from './message.js';

const firing = {
  id: 1,
  rule: 'r',
  ruleName: 'Watch the web',
  condition: 'unhealthy' as const,
  target: { id: 'a1', name: 'wéb', project: 'shop' },
  detail: 'connection refused',
  started: Date.UTC(2026, 0, 2, 3, 4, 5),
};
const blank: AlertChannelRequest = {
  name: 'c',
  kind: 'webhook',
  url: '',
  host: '',
  port: 0,
  tls: false,
  user: '',
  from: '',
  to: '',
  secret: undefined,
};

let database: Database;
let channels: AlertChannels;
let delivery: AlertDelivery;
const closing: (() => void)[] = [];
beforeEach(() => {
  database = new Database(':memory:');
  channels = new AlertChannels(database);
  delivery = new AlertDelivery(channels);
});
afterEach(() => {
  delivery.onApplicationShutdown();
  for (const close of closing.splice(0)) close();
  database.close();
});

interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A receiver that answers with these codes, one after the other, and 200 from then on. */
async function receiver(...codes: number[]): Promise<{ url: string; next: () => Promise<Received> }> {
  const received: Received[] = [];
  let wake: (() => void) | undefined;
  const server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.writeHead(codes.shift() ?? 200, { location: '/elsewhere' }).end();
      wake?.();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const next = async () => {
    while (received.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return received.shift() as Received;
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, next };
}

/** A mail server that wants this password. */
async function mailServer(password: string): Promise<{ port: number; next: () => Promise<{ to: string[]; text: string }> }> {
  const received: { to: string[]; text: string }[] = [];
  let wake: (() => void) | undefined;
  const server = new SMTPServer({
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    onAuth: (auth, _, done) => done(auth.password === password ? null : new Error('wrong password'), { user: auth.username }),
    onData: (stream, session, done) => {
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      stream.on('end', () => {
        received.push({ to: session.envelope.rcptTo.map(({ address }) => address), text });
        wake?.();
        done();
      });
    },
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close(() => undefined));
  const next = async () => {
    while (received.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return received.shift() as { to: string[]; text: string };
  };
  return { port: (server.server.address() as AddressInfo).port, next };
}

describe('a webhook', () => {
  it('gets the facts as JSON, and the token', async () => {
    const { url, next } = await receiver();
    const { id } = channels.add({ ...blank, url, secret: 'hush' });
    delivery.send(messageFor({ ...firing, ended: firing.started + 1000 }), [id]);
    const { headers, body } = await next();
    expect(headers).toMatchObject({ 'content-type': 'application/json', authorization: 'Bearer hush' });
    expect(JSON.parse(body)).toMatchObject({
      state: 'resolved',
      rule: 'Watch the web',
      target: 'wéb',
      project: 'shop',
      detail: 'connection refused',
      startedAt: '2026-01-02T03:04:05.000Z',
      endedAt: '2026-01-02T03:04:06.000Z',
    });
  });

  it('is tried again when it fails', async () => {
    const { url, next } = await receiver(500);
    const { id } = channels.add({ ...blank, url });
    delivery.send(messageFor(firing), [id]);
    await next();
    await expect.poll(() => channels.outcome(id)?.error).toMatch(/answered 500/);
    await next();
    await expect.poll(() => channels.outcome(id)?.error).toBe('');
  }, 20_000);

  it('is not followed to where it points, and says so', async () => {
    const { url } = await receiver(302);
    await expect(delivery.test(channels.add({ ...blank, url, secret: 'hush' }))).rejects.toThrow('answered 302');
  });
});

it('ntfy gets a title in any language', async () => {
  const { url, next } = await receiver();
  const { id } = channels.add({ ...blank, kind: 'ntfy', url });
  delivery.send(messageFor(firing), [id]);
  const { headers, body } = await next();
  expect(Buffer.from(String(headers['title']).slice('=?UTF-8?B?'.length, -2), 'base64').toString()).toBe('wéb is unhealthy');
  expect(headers).toMatchObject({ priority: 'high' });
  expect(body).toContain('connection refused');
});

describe('e-mail', () => {
  const mail = (port: number): AlertChannelRequest => ({
    ...blank,
    kind: 'email',
    host: '127.0.0.1',
    port,
    user: 'slipway',
    from: 'slipway@example.org',
    to: 'ops@example.org, night@example.org',
  });

  it('arrives at everyone', async () => {
    const { port, next } = await mailServer('hush');
    const { id } = channels.add({ ...mail(port), secret: 'hush' });
    delivery.send(messageFor({ ...firing, target: { ...firing.target, name: 'web' } }), [id]);
    const { to, text } = await next();
    expect(to).toEqual(['ops@example.org', 'night@example.org']);
    expect(text).toContain('Subject: [Slipway] web is unhealthy');
    expect(text).toContain('connection refused');
  });

  it('tells what the server had against it', async () => {
    const { port } = await mailServer('hush');
    const channel = channels.add({ ...mail(port), secret: 'wrong' });
    await expect(delivery.test(channel)).rejects.toThrow(/did not take the message.*wrong password/s);
    expect(channels.outcome(channel.id)?.error).toMatch(/wrong password/);
  });

  it('keeps its password when it is changed without one', () => {
    const { id } = channels.add({ ...mail(25), secret: 'hush' });
    channels.replace(id, { ...mail(26), secret: undefined });
    expect(channels.get(id)).toMatchObject({ port: 26, secret: 'hush' });
    channels.replace(id, { ...mail(26), secret: '' });
    expect(channels.get(id).secret).toBe('');
  });
});
