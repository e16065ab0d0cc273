import { connect, type NetConnectOpts } from 'node:net';

/** What came back: a status, 'closed' when the connection ended without one, 'silent' when nothing came in time. */
export interface Reply {
  readonly status: number | 'closed' | 'silent';
  /** The begin of the body, for the error's words. */
  readonly text: string;
}

const ENOUGH = 4096;

/**
 * Sends a request's bytes as they are and reads until the answer has ended, or `enough` of it is there:
 * streams that go on are left. Never throws.
 */
export function exchange(to: NetConnectOpts, bytes: Buffer, limitMs: number): Promise<Reply> {
  const { promise, resolve } = Promise.withResolvers<Reply>();
  const socket = connect(to);
  let received = Buffer.alloc(0);
  const finish = (otherwise: 'closed' | 'silent') => {
    clearTimeout(timer);
    socket.destroy();
    const text = received.toString();
    const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
    resolve({ status: status ? Number(status) : otherwise, text: text.slice(text.indexOf('\r\n\r\n') + 4) });
  };
  const timer = setTimeout(() => finish('silent'), limitMs);
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    const head = received.indexOf('\r\n\r\n');
    // An error's body is read to its end; of a success the head is enough.
    if (head >= 0 && (/^HTTP\/1\.1 [123]/.test(received.toString('latin1', 0, 12)) || received.length > head + ENOUGH)) finish('closed');
  });
  socket.on('close', () => finish('closed'));
  // The daemon may answer and close before it has read a body that is too large: what it said counts.
  socket.on('error', () => undefined);
  socket.write(bytes);
  return promise;
}

/** Sends so much of a request and hangs up. Never throws. */
export async function hangUp(to: NetConnectOpts, bytes: Buffer): Promise<void> {
  const socket = connect(to);
  await new Promise<void>((sent) => {
    socket.on('error', () => sent());
    socket.write(bytes, () => sent());
  });
  socket.destroy();
}
