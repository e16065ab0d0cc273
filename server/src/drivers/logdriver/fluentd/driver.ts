import { invalidParameter } from '../../../base/errors.js';
import { parseAddress, type Address } from '../address.js';
import { Connection } from '../connection.js';
import type { LogInfo, LogRecord, LogSink } from '../driver.js';
import { parseFlag, parseSize } from '../options.js';
import { RemoteDriver } from '../remote-driver.js';
import { EventTime, pack } from './msgpack.js';

type Options = Readonly<Record<string, string>>;
const PORT = 24_224;
const DEFAULT_ADDRESS = '127.0.0.1';

/** Fluentd's forward protocol, one [tag, time, record] a line. */
export class FluentdDriver extends RemoteDriver {
  readonly name = 'fluentd';
  protected readonly options = [
    'fluentd-address',
    'fluentd-async',
    'fluentd-async-connect',
    'fluentd-async-reconnect-interval',
    'fluentd-buffer-limit',
    'fluentd-retry-wait',
    'fluentd-max-retries',
    'fluentd-sub-second-precision',
  ];

  protected check(options: Options): void {
    addressOf(options);
    for (const name of ['fluentd-async', 'fluentd-async-connect', 'fluentd-sub-second-precision']) parseFlag(name, options[name]);
    parseSize('fluentd-buffer-limit', options['fluentd-buffer-limit']);
    if (!/^\d*$/.test(options['fluentd-max-retries'] ?? '')) throw invalidParameter('fluentd-max-retries must be a whole number');
  }

  async open(options: Options, info: LogInfo): Promise<LogSink> {
    const address = addressOf(options);
    const exact = parseFlag('fluentd-sub-second-precision', options['fluentd-sub-second-precision']);
    // It may come up later: what is logged meanwhile waits on the disk.
    const async = parseFlag('fluentd-async', options['fluentd-async'] ?? options['fluentd-async-connect']);
    let connection = async ? undefined : await Connection.open(address);
    return {
      async send(records) {
        connection ??= await Connection.open(address);
        await connection.write(Buffer.concat(records.map((record) => toMessage(record, info, exact))));
      },
      close: async () => connection?.close(),
    };
  }
}

function addressOf(options: Options): Address {
  return parseAddress('fluentd-address', options['fluentd-address'] || DEFAULT_ADDRESS, ['tcp', 'unix'], PORT);
}

function toMessage({ line, stream, time, partial }: LogRecord, info: LogInfo, exact: boolean): Buffer {
  const seconds = Math.floor(Date.parse(time) / 1000);
  const nanoseconds = Number(/\.(\d{1,9})Z$/.exec(time)?.[1]?.padEnd(9, '0') ?? 0);
  const record = new Map([
    ['container_id', info.containerId],
    ['container_name', `/${info.containerName}`],
    ['source', stream],
    ['log', line],
    ...Object.entries(info.attributes),
  ]);
  if (partial) record.set('partial_message', 'true');
  return pack([info.tag, exact ? new EventTime(seconds, nanoseconds) : seconds, record]);
}
