import { access } from 'node:fs/promises';
import { systemError } from '../../../base/errors.js';
import { service } from '../../../libcontainer/index.js';
import type { LogInfo, LogRecord, LogSink } from '../driver.js';
import { RemoteDriver } from '../remote-driver.js';

const SOCKET = '/run/systemd/journal/socket';
const ERROR = '3';
const INFORMATION = '6';

/** The journal's native protocol: one datagram of fields for each record (https://systemd.io/JOURNAL_NATIVE_PROTOCOL). */
export class JournaldDriver extends RemoteDriver {
  readonly name = 'journald';
  protected readonly options = [];

  /** @param socket of the journal */
  constructor(private readonly socket = SOCKET) {
    super();
  }

  protected check(): void {
    // It has no options of its own.
  }

  async open(_: unknown, info: LogInfo): Promise<LogSink> {
    await access(this.socket).catch((error: unknown) => {
      throw systemError('journald is not enabled on this host', error);
    });
    const about = {
      CONTAINER_ID: info.containerId.slice(0, 12),
      CONTAINER_ID_FULL: info.containerId,
      CONTAINER_NAME: info.containerName,
      CONTAINER_TAG: info.tag,
      IMAGE_NAME: info.imageName,
      SYSLOG_IDENTIFIER: info.tag,
      ...Object.fromEntries(Object.entries(info.attributes).map(([key, value]) => [fieldName(key), value])),
    };
    return {
      send: async (records) => {
        for (const record of records) await service.sendDatagram(this.socket, encode({ ...fieldsOf(record), ...about }));
      },
      close: async () => undefined,
    };
  }
}

function fieldsOf({ line, stream, time, partial }: LogRecord): Record<string, string> {
  return {
    MESSAGE: line,
    PRIORITY: stream === 'stderr' ? ERROR : INFORMATION,
    SYSLOG_TIMESTAMP: time,
    ...(partial && { CONTAINER_PARTIAL_MESSAGE: 'true' }),
  };
}

/** The journal takes capital letters, digits and underscores, and keeps names that begin with an underscore to itself. */
export function fieldName(key: string): string {
  return key
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '_')
    .replace(/^_+/, '');
}

/** NAME=value lines; a value of several lines comes after its length, 64 bits little-endian. */
export function encode(fields: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(fields).map(([name, value]) => {
    if (!value.includes('\n')) return Buffer.from(`${name}=${value}\n`);
    const bytes = Buffer.from(value);
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(bytes.length));
    return Buffer.concat([Buffer.from(`${name}\n`), size, bytes, Buffer.from('\n')]);
  });
  return Buffer.concat(parts);
}
