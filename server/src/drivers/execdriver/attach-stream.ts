import type { Socket } from 'node:net';
import type { AttachRequest, AttachStream } from './driver.js';
import { toError, type ShimFailure } from './failure.js';
import { decodeAnswers, encodeRequest, KIND, streamBits } from './protocol.js';
import { connectShim } from './shim-socket.js';

/** Reads exactly one answer; what came after it goes back into the socket. */
function readAnswer(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const onEnd = () => reject(new Error('the shim of the container has ended'));
    const onReadable = () => {
      for (let piece = socket.read() as Buffer | null; piece !== null; piece = socket.read() as Buffer | null) {
        received = Buffer.concat([received, piece]);
      }
      const { answers } = decodeAnswers(received);
      const answer = answers[0];
      if (answer === undefined) return;
      socket.off('readable', onReadable).off('end', onEnd).off('error', reject);
      const rest = received.subarray(16 + Buffer.byteLength(answer.payload));
      if (rest.length > 0) socket.unshift(rest);
      if (answer.kind === KIND.failed) reject(toError(JSON.parse(answer.payload) as ShimFailure));
      else resolve();
    };
    socket.on('readable', onReadable).once('end', onEnd).once('error', reject);
  });
}

/** Opens a connection that carries stdio. */
export async function attachTo(bundle: string, request: AttachRequest): Promise<AttachStream> {
  const socket = await connectShim(bundle, true);
  socket.write(encodeRequest('attach', 1, streamBits(request)));
  try {
    await readAnswer(socket);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return socket;
}
