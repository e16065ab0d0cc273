import { Transform, type Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../../base/errors.js';
import { FrameReader } from '../../base/frames.js';
import type { AttachedStreams } from '../../engine/container/streams/attached-streams.js';

/**
 * Carries bytes between a WebSocket and a process, once there is one. A WebSocket has no frames of Docker's: output and errors
 * come as they are, in one stream.
 * @param tty the output has no frames to begin with
 */
export async function pumpMessages(socket: Duplex, tty: boolean, streams: Promise<AttachedStreams | undefined>): Promise<void> {
  let ready: AttachedStreams | undefined;
  try {
    ready = await streams;
  } catch (error) {
    socket.resume().end(`${messageOf(error)}\r\n`);
    return;
  }
  if (!ready) return void socket.resume().end();
  const { input, output } = ready;
  if (input) {
    // The end of the messages is how a client leaves: it does not close the process's input.
    socket.pipe(input, { end: false });
    input.on('error', () => socket.unpipe(input).resume());
  } else socket.resume();
  socket.once('close', () => void output.destroy());
  // A broken connection is how a client leaves, too.
  await pipeline(tty ? [output, socket] : [output, withoutFrames(), socket]).catch(() => socket.destroy());
}

function withoutFrames(): Transform {
  const frames = new FrameReader();
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const texts = frames.push(chunk).map(({ text }) => text);
      done(null, texts.length > 0 ? Buffer.concat(texts) : undefined);
    },
  });
}
