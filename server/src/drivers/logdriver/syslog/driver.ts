import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import { systemError } from '../../../base/errors.js';
import { service } from '../../../libcontainer/index.js';
import { parseAddress, type Address } from '../address.js';
import { Connection } from '../connection.js';
import type { LogInfo, LogSink } from '../driver.js';
import { RemoteDriver } from '../remote-driver.js';
import { Datagrams } from '../udp.js';
import { parseFacility, parseFormat, type Format } from './format.js';

type Options = Readonly<Record<string, string>>;
const SCHEMES = ['udp', 'tcp', 'tcp+tls', 'unix', 'unixgram'];
const PORT = 514;
/** Where syslog daemons of this host listen. */
const LOCAL = ['/dev/log', '/var/run/syslog', '/var/run/log'];

/** RFC 3164 and RFC 5424 messages to a syslog daemon. */
export class SyslogDriver extends RemoteDriver {
  readonly name = 'syslog';
  protected readonly options = [
    'syslog-address',
    'syslog-facility',
    'syslog-format',
    'syslog-tls-ca-cert',
    'syslog-tls-cert',
    'syslog-tls-key',
    'syslog-tls-skip-verify',
  ];

  protected check(options: Options): void {
    addressOf(options);
    parseFormat(options['syslog-format'], parseFacility(options['syslog-facility']), '');
  }

  async open(options: Options, { tag }: LogInfo): Promise<LogSink> {
    const address = addressOf(options) ?? localAddress();
    const format = parseFormat(options['syslog-format'], parseFacility(options['syslog-facility']), tag);
    if (address.scheme === 'udp' && 'host' in address) {
      const datagrams = await Datagrams.open(address.host, address.port);
      return toSink(
        format,
        (message) => datagrams.send(message),
        () => datagrams.close(),
      );
    }
    if (address.scheme === 'unixgram' && 'path' in address) {
      const { path } = address;
      return toSink(
        format,
        (message) => service.sendDatagram(path, Buffer.from(message)),
        async () => undefined,
      );
    }
    const tls = address.scheme === 'tcp+tls' ? await tlsOptions(options) : undefined;
    const connection = await Connection.open(address, tls);
    // Over TLS each message of RFC 5424 begins with its length (RFC 5425, section 4.3).
    const counted = tls !== undefined && (options['syslog-format'] ?? '').startsWith('rfc5424');
    const framed = (message: string) => (counted ? `${Buffer.byteLength(message)} ${message}` : `${message}\n`);
    return toSink(
      format,
      (message) => connection.write(framed(message)),
      () => connection.close(),
    );
  }
}

function toSink(format: Format, send: (message: string) => Promise<void>, close: () => Promise<void>): LogSink {
  return {
    async send(records) {
      for (const record of records) await send(format(record));
    },
    close,
  };
}

function addressOf(options: Options): Address | undefined {
  const text = options['syslog-address'];
  return text ? parseAddress('syslog-address', text, SCHEMES, PORT) : undefined;
}

function localAddress(): Address {
  const path = LOCAL.find((each) => existsSync(each));
  if (path === undefined)
    throw systemError('Unix syslog delivery error: no syslog daemon of this host listens; name one with syslog-address');
  return { scheme: 'unixgram', path };
}

async function tlsOptions(options: Options): Promise<ConnectionOptions> {
  const file = async (name: string) => (options[name] ? await readFile(options[name]) : undefined);
  const [ca, cert, key] = await Promise.all([file('syslog-tls-ca-cert'), file('syslog-tls-cert'), file('syslog-tls-key')]);
  return { ca, cert, key, rejectUnauthorized: !options['syslog-tls-skip-verify'] };
}
