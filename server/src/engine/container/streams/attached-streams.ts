import { PassThrough, Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AttachStream } from '../../../drivers/execdriver/driver.js';
import { DetachFilter } from './detach-keys.js';

/** A client's ends of a process's stdio. */
export interface AttachedStreams {
  /** Multiplexed frames, or raw bytes of a tty. Destroying it leaves the process alone. */
  readonly output: Readable;
  /** Takes the process's input; `end()` half-closes it. undefined when stdin is not attached. */
  readonly input: Writable | undefined;
}

/**
 * The two ends of an attach stream, with the detach keys watched for in the input.
 * @param keys undefined when there are none
 * @param onDetach called once the keys have been typed; the output ends then
 */
export function detachable(stream: AttachStream, stdin: boolean, keys: Buffer | undefined, onDetach: () => void): AttachedStreams {
  if (!stdin) return { output: stream, input: undefined };
  if (!keys) return { output: stream, input: stream };
  const input = new DetachFilter(keys, () => {
    onDetach();
    stream.destroy();
  });
  // A process that has ended takes no more input: that is no error.
  pipeline(input, stream).catch(() => undefined);
  return { output: stream, input };
}

/** One stream that gives first what was logged before, then what comes, if anything does. */
export function withLog(log: AsyncIterable<Buffer>, live: Readable | undefined): Readable {
  const output = Readable.from(inTurn(log, live), { objectMode: false });
  output.once('close', () => live?.destroy());
  return output;
}

async function* inTurn(log: AsyncIterable<Buffer>, live: Readable | undefined): AsyncGenerator<Buffer> {
  yield* log;
  if (live) yield* live;
}

/** The same output, which ends only when the exit is known too: clients ask for the exit code as soon as the stream has ended. */
export function endingWith(output: Readable, exit: Promise<unknown>): Readable {
  const whole = new PassThrough({ flush: (done) => void exit.then(() => done()) });
  carry(output, whole);
  return whole;
}

/** Pipes; whichever side ends or breaks takes the other with it, and readers of `to` are told. */
function carry(from: Readable, to: PassThrough): void {
  pipeline(from, to).catch((error: Error) => to.destroy(error));
}
