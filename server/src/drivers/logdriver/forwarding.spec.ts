import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { gunzipSync, inflateSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { ForwardingDriver, LogInfo, LogRecord } from './driver.js';
import { FluentdDriver } from './fluentd/driver.js';
import { EventTime, pack } from './fluentd/msgpack.js';
import { chunks, GelfDriver } from './gelf/driver.js';
import { encode, fieldName, JournaldDriver } from './journald/driver.js';
import { SyslogDriver } from './syslog/driver.js';

const info: LogInfo = {
  containerId: 'ab'.repeat(32),
  containerName: 'web',
  imageId: 'sha256:cd',
  imageName: 'nginx',
  command: 'nginx -g',
  created: '2026-01-01T00:00:00Z',
  attributes: { region: 'eu' },
  tag: 'harbour',
};
const record = (line: string, more: Partial<LogRecord> = {}): LogRecord => ({
  line,
  stream: 'stdout',
  time: '2026-01-02T03:04:05.123456789Z',
  partial: false,
  ...more,
});

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

/** A server on TCP that keeps all it is sent. */
async function tcp(): Promise<{ address: string; received: Promise<Buffer> }> {
  const received = Promise.withResolvers<Buffer>();
  const server = createServer(async (socket: Socket) => {
    const parts: Buffer[] = [];
    for await (const part of socket) parts.push(part as Buffer);
    received.resolve(Buffer.concat(parts));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, received: received.promise };
}

/** A socket on UDP, and the next datagrams that reach it. */
async function udp(): Promise<{ address: string; next: () => Promise<Buffer> }> {
  const socket = createSocket('udp4');
  const waiting: Buffer[] = [];
  socket.on('message', (message) => waiting.push(message));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  closing.push(() => socket.close());
  const next = async () => {
    await expect.poll(() => waiting.length, { timeout: 10_000 }).toBeGreaterThan(0);
    return waiting.shift() as Buffer;
  };
  return { address: `127.0.0.1:${socket.address().port}`, next };
}

async function send(driver: ForwardingDriver, options: Record<string, string>, records: LogRecord[]): Promise<void> {
  driver.validate(options);
  const sink = await driver.open(options, info);
  await sink.send(records);
  await sink.close();
}

describe('syslog', () => {
  const driver = new SyslogDriver();

  it('sends RFC 5424 over TCP, errors with a severity of their own', async () => {
    const { address, received } = await tcp();
    const options = { 'syslog-address': `tcp://${address}`, 'syslog-facility': 'local3', 'syslog-format': 'rfc5424micro' };
    await send(driver, options, [record('one'), record('two', { stream: 'stderr' })]);
    expect((await received).toString()).toMatch(
      new RegExp(`^<158>1 2026-01-02T03:04:05.123456Z \\S+ harbour ${process.pid} harbour - one\n<155>1 .* - two\n$`),
    );
  });

  it('sends RFC 3164 over UDP', async () => {
    const { address, next } = await udp();
    await send(driver, { 'syslog-address': `udp://${address}`, 'syslog-format': 'rfc3164' }, [record('one')]);
    expect((await next()).toString()).toMatch(/^<30>Jan  \d \d\d:04:05 \S+ harbour\[\d+\]: one$/);
  });

  it.each([
    [{ 'syslog-address': 'ftp://x' }, 'should be in form proto://address'],
    [{ 'syslog-facility': 'nonsense' }, 'invalid syslog facility: nonsense'],
    [{ 'syslog-format': 'x' }, 'Invalid syslog format: x'],
    [{ 'max-size': '1m' }, "unknown log opt 'max-size' for syslog log driver"],
    [{ mode: 'sometimes' }, 'logger: logging mode not supported: sometimes'],
    [{ 'max-buffer-size': '1m' }, "max-buffer-size option is only supported with 'mode=non-blocking'"],
  ])('refuses %o', (options, reason) => expect(() => driver.validate(options as Record<string, string>)).toThrow(reason));

  it('says that nobody listens', async () => {
    await expect(send(driver, { 'syslog-address': 'tcp://127.0.0.1:1' }, [])).rejects.toThrow('ECONNREFUSED');
  });
});

describe('gelf', () => {
  const driver = new GelfDriver();

  it('sends objects over TCP with a null byte after each', async () => {
    const { address, received } = await tcp();
    await send(driver, { 'gelf-address': `tcp://${address}` }, [record('one'), record('two', { stream: 'stderr' })]);
    const [first, second, rest] = (await received).toString().split('\0');
    expect(JSON.parse(first ?? '')).toMatchObject({
      version: '1.1',
      short_message: 'one',
      timestamp: 1767323045.123,
      level: 6,
      _container_name: 'web',
      _tag: 'harbour',
      _region: 'eu',
    });
    expect(JSON.parse(second ?? '')).toMatchObject({ short_message: 'two', level: 3 });
    expect(rest).toBe('');
  });

  it.each([
    ['gzip', gunzipSync],
    ['zlib', inflateSync],
    ['none', (data: Buffer) => data],
  ])('sends over UDP with compression %s', async (type, open) => {
    const { address, next } = await udp();
    await send(driver, { 'gelf-address': `udp://${address}`, 'gelf-compression-type': type }, [record('one')]);
    expect(JSON.parse(open(await next()).toString())).toMatchObject({ short_message: 'one' });
  });

  it('cuts what is too long for a datagram', () => {
    const parts = chunks(Buffer.alloc(3000, 'x'));
    expect(parts.map((part) => [part[0], part[1], part[10], part[11]])).toEqual([0, 1, 2].map((index) => [0x1e, 0x0f, index, 3]));
    expect(Buffer.concat(parts.map((part) => part.subarray(12)))).toEqual(Buffer.alloc(3000, 'x'));
  });

  it('needs an address, and compresses on UDP only', () => {
    expect(() => driver.validate({})).toThrow('gelf-address is a required parameter');
    expect(() => driver.validate({ 'gelf-address': 'tcp://a:1', 'gelf-compression-type': 'gzip' })).toThrow('only supported on UDP');
  });
});

describe('fluentd', () => {
  it('sends [tag, time, record] as MessagePack', async () => {
    const { address, received } = await tcp();
    await send(new FluentdDriver(), { 'fluentd-address': address, 'fluentd-sub-second-precision': 'true' }, [
      record('one', { partial: true }),
    ]);
    const expected = new Map([
      ['container_id', info.containerId],
      ['container_name', '/web'],
      ['source', 'stdout'],
      ['log', 'one'],
      ['region', 'eu'],
      ['partial_message', 'true'],
    ]);
    expect(await received).toEqual(pack(['harbour', new EventTime(1767323045, 123456789), expected]));
  });

  it('packs as MessagePack says', () => {
    expect(pack(['a', 1, new Map([['k', 'v']])])).toEqual(Buffer.from([0x93, 0xa1, 0x61, 0xce, 0, 0, 0, 1, 0x81, 0xa1, 0x6b, 0xa1, 0x76]));
    expect(pack('x'.repeat(40)).subarray(0, 2)).toEqual(Buffer.from([0xd9, 40]));
    expect(pack('x'.repeat(300)).subarray(0, 3)).toEqual(Buffer.from([0xda, 1, 44]));
  });
});

describe('journald', () => {
  it('writes fields, those of several lines with their length', () => {
    const long = Buffer.concat([Buffer.from('B\n'), Buffer.from([3, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('x\ny\n')]);
    expect(encode({ A: '1', B: 'x\ny' })).toEqual(Buffer.concat([Buffer.from('A=1\n'), long]));
    expect(fieldName('_com.example/key')).toBe('COM_EXAMPLE_KEY');
  });

  it('says when there is no journal', async () => {
    await expect(new JournaldDriver('/nonexistent/socket').open({}, info)).rejects.toThrow('journald is not enabled on this host');
  });
});
