import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../../base/errors.js';
import type { AttachedStreams } from '../../engine/container/streams/attached-streams.js';

/**
 * Carries bytes between a hijacked connection and a process until the process's output ends or the client goes away.
 * The end of the client's input half-closes the process's stdin and leaves the output open.
 */
export async function pump(socket: Socket, { input, output }: AttachedStreams): Promise<void> {
  // A broken connection is how a client leaves.
  const leave = () => void output.destroy();
  socket.once('error', leave).once('close', leave);
  if (input) {
    socket.pipe(input);
    input.on('error', () => socket.unpipe(input).resume());
  } else socket.resume();
  output.once('close', () => socket.end());
  await pipeline(output, socket).catch(() => socket.destroy());
}

/**
 * As `pump`, once there is something to pump. That there will not be can only be told in the stream: HTTP is over.
 * @param tty the stream has no frames
 */
export async function pumpWhenReady(socket: Socket, tty: boolean, streams: Promise<AttachedStreams | undefined>): Promise<void> {
  let ready: AttachedStreams | undefined;
  try {
    ready = await streams;
  } catch (error) {
    const text = Buffer.from(`${messageOf(error)}\r\n`);
    socket.resume().end(tty ? text : Buffer.concat([frameHeader(text.length), text]));
    return;
  }
  if (ready) await pump(socket, ready);
  else socket.end();
}

/** Header of a frame of stdout. */
function frameHeader(length: number): Buffer {
  const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(length, 4);
  return header;
}
