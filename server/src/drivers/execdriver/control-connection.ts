import { Socket } from 'node:net';
import { unavailable } from '../../base/errors.js';
import type { ExitStatus } from './driver.js';
import { toError, type ShimFailure } from './failure.js';
import { decodeAnswers, encodeRequest, KIND, type Answer, type Operation } from './protocol.js';

interface Pending {
  resolve(value: number): void;
  reject(error: Error): void;
}

const NOTHING = Buffer.alloc(0);

/** What a shim tells without being asked. */
export interface ShimEvents {
  /** The process is there, with this pid. */
  state(pid: number): void;
  exit(status: ExitStatus): void;
  /** It could not be made. */
  failed(error: Error): void;
  /** The connection has ended: the shim is gone, or nearly. */
  closed(): void;
}

/** Speaks to one shim. Requests are answered in any order. */
export class ControlConnection {
  private readonly pending = new Map<number, Pending>();
  private received: Buffer = NOTHING;
  private sequence = 0;
  private open = true;

  constructor(
    private readonly socket: Socket,
    private readonly events: ShimEvents,
  ) {
    socket.on('data', (data: Buffer) => this.take(data));
    // What is wrong with it shows as its end, which is handled.
    socket.on('error', () => undefined);
    socket.on('close', () => this.close());
  }

  /** @throws what the shim answered; Unavailable when it has gone */
  request(operation: Operation, first = 0, second = 0): Promise<number> {
    if (!this.open) return Promise.reject(unavailable('the shim of the container has ended'));
    const sequence = ++this.sequence;
    return new Promise((resolve, reject) => {
      this.pending.set(sequence, { resolve, reject });
      this.socket.write(encodeRequest(operation, sequence, first, second));
    });
  }

  /** Sends a request that is answered by the end of the connection. */
  send(operation: Operation): void {
    if (this.open) this.socket.write(encodeRequest(operation, 0));
  }

  /** Lets the shim go: it has told all there is to know. */
  end(): void {
    this.socket.destroy();
  }

  private take(data: Buffer): void {
    const { answers, rest } = decodeAnswers(this.received.length === 0 ? data : Buffer.concat([this.received, data]));
    // A copy, so that no pool stays in memory for a few bytes.
    this.received = rest.length === 0 ? NOTHING : Buffer.from(rest);
    for (const answer of answers) this.handle(answer);
  }

  private handle(answer: Answer): void {
    const pending = this.pending.get(answer.sequence);
    this.pending.delete(answer.sequence);
    if (answer.kind === KIND.state) this.events.state(answer.value);
    else if (answer.kind === KIND.exit) this.events.exit(JSON.parse(answer.payload) as ExitStatus);
    else if (answer.kind === KIND.done) pending?.resolve(answer.value);
    else if (answer.kind === KIND.failed) {
      const error = toError(JSON.parse(answer.payload) as ShimFailure);
      if (pending) pending.reject(error);
      else this.events.failed(error);
    }
  }

  private close(): void {
    this.open = false;
    for (const each of this.pending.values()) each.reject(unavailable('the shim of the container has ended'));
    this.pending.clear();
    this.events.closed();
  }
}
