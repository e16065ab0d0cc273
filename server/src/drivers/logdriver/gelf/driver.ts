import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import { deflate, gzip } from 'node:zlib';
import { invalidParameter } from '../../../base/errors.js';
import { parseAddress } from '../address.js';
import { Connection } from '../connection.js';
import type { LogInfo, LogRecord, LogSink } from '../driver.js';
import { RemoteDriver } from '../remote-driver.js';
import { Datagrams } from '../udp.js';

type Options = Readonly<Record<string, string>>;
const PORT = 12_201;
const ERROR = 3;
const INFORMATION = 6;
/** Bytes of a datagram that no network takes apart, and how many a message may be cut into. */
const CHUNK = 1420;
const MOST_CHUNKS = 128;

/** Graylog's extended log format 1.1: JSON objects, over UDP compressed and in chunks, over TCP each with a null byte after it. */
export class GelfDriver extends RemoteDriver {
  readonly name = 'gelf';
  protected readonly options = [
    'gelf-address',
    'gelf-compression-type',
    'gelf-compression-level',
    'gelf-tcp-max-reconnect',
    'gelf-tcp-reconnect-delay',
  ];

  protected check(options: Options): void {
    const { scheme } = addressOf(options);
    const { 'gelf-compression-type': type, 'gelf-compression-level': level } = options;
    if (type !== undefined && !['gzip', 'zlib', 'none'].includes(type)) throw invalidParameter(`unknown compression type '${type}'`);
    if (level !== undefined && !/^(-1|\d)$/.test(level))
      throw invalidParameter(`unknown value "${level}" for log opt "gelf-compression-level"`);
    if (scheme === 'tcp' && (type !== undefined || level !== undefined)) throw invalidParameter('compression is only supported on UDP');
    for (const name of ['gelf-tcp-max-reconnect', 'gelf-tcp-reconnect-delay']) {
      if (options[name] === undefined) continue;
      if (scheme !== 'tcp') throw invalidParameter(`${name} is only valid for TCP`);
      if (!/^\d+$/.test(options[name])) throw invalidParameter(`${name} must be a positive integer`);
    }
  }

  async open(options: Options, info: LogInfo): Promise<LogSink> {
    const { scheme, host, port } = addressOf(options);
    const toMessage = messages(info);
    if (scheme === 'tcp') {
      const connection = await Connection.open({ scheme, host, port });
      return {
        send: (records) => connection.write(records.map((record) => `${toMessage(record)}\0`).join('')),
        close: () => connection.close(),
      };
    }
    const datagrams = await Datagrams.open(host, port);
    const compress = compression(options);
    return {
      async send(records) {
        for (const record of records) {
          for (const chunk of chunks(await compress(Buffer.from(toMessage(record))))) await datagrams.send(chunk);
        }
      },
      close: () => datagrams.close(),
    };
  }
}

function addressOf(options: Options): { scheme: string; host: string; port: number } {
  const text = options['gelf-address'];
  if (!text) throw invalidParameter('gelf-address is a required parameter');
  const address = parseAddress('gelf-address', text, ['udp', 'tcp'], PORT);
  if ('path' in address) throw invalidParameter(`gelf-address ${text} is no address of a network`);
  return address;
}

/** What a record becomes; all but the text and the time is the same for the whole container. */
function messages(info: LogInfo): (record: LogRecord) => string {
  const host = hostname();
  const extra = Object.fromEntries(Object.entries(info.attributes).map(([key, value]) => [`_${key}`, value]));
  const about = {
    _command: info.command,
    _container_id: info.containerId,
    _container_name: info.containerName,
    _created: info.created,
    _image_id: info.imageId,
    _image_name: info.imageName,
    _tag: info.tag,
    ...extra,
  };
  return ({ line, stream, time }) =>
    JSON.stringify({
      version: '1.1',
      host,
      short_message: line,
      timestamp: Date.parse(time) / 1000,
      level: stream === 'stderr' ? ERROR : INFORMATION,
      ...about,
    });
}

function compression(options: Options): (data: Buffer) => Promise<Buffer> {
  const level = Number(options['gelf-compression-level'] ?? 1);
  const type = options['gelf-compression-type'] ?? 'gzip';
  if (type === 'none') return async (data) => data;
  const compress = promisify<Buffer, { level: number }, Buffer>(type === 'zlib' ? deflate : gzip);
  return (data) => compress(data, { level });
}

/** A message in datagrams: 0x1e 0x0f, eight bytes that name the message, number and count, then a part of it. */
export function chunks(message: Buffer): Buffer[] {
  if (message.length <= CHUNK) return [message];
  const room = CHUNK - 12;
  const count = Math.min(Math.ceil(message.length / room), MOST_CHUNKS);
  const head = Buffer.concat([Buffer.from([0x1e, 0x0f]), randomBytes(8)]);
  return Array.from({ length: count }, (_, index) =>
    Buffer.concat([head, Buffer.from([index, count]), message.subarray(index * room, (index + 1) * room)]),
  );
}
