import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../../base/errors.js';
import { TERMINAL_BYTES, type Channel } from '../channel.js';
import type { EndReason } from '../protocol.js';
import { Scrollback } from './scrollback.js';

/** Bytes that the program may be ahead of the page that follows it best. */
const AHEAD = 256 * 1024;
/** A program that nobody looks at goes on, but not at the expense of the daemon: so many bytes, then a breath. */
const UNSEEN_BYTES = 64 * 1024;
const BREATH = 10;

export interface Size {
  readonly rows: number;
  readonly columns: number;
}

/** A process on a terminal. */
export interface TerminalProcess {
  readonly output: Readable;
  input(data: Uint8Array): void;
  resize(size: Size): void;
  hangUp(): Promise<void>;
  /** Once it has ended; undefined when that cannot be told. */
  readonly exitCode: Promise<number | undefined>;
}

/** One terminal that any number of pages look at and type into. It goes on while there are none. */
export class TerminalSession {
  readonly startedAt = new Date().toISOString();
  endedAt: string | undefined;
  ended: EndReason | undefined;
  /** Since when nobody looks; milliseconds since 1970. */
  lonelySince = performance.now();
  private readonly scrollback = new Scrollback();
  private readonly viewers = new Set<{ at: number; size: Size }>();
  private hungUp = false;
  private changed = Promise.withResolvers<void>();

  /**
   * @param size what the process was started with
   * @param told called when viewers come or go and at the end
   */
  constructor(
    readonly id: string,
    readonly containerId: string,
    readonly command: readonly string[],
    readonly user: string,
    private readonly process: TerminalProcess,
    private size: Size,
    private readonly told: () => void,
  ) {
    void this.read();
  }

  get viewerCount(): number {
    return this.viewers.size;
  }

  hangUp(): Promise<void> {
    this.hungUp = true;
    return this.process.hangUp();
  }

  /** Shows the past and then what comes, until the process ends or the channel closes. */
  async view(channel: Channel<Uint8Array>, size: Size): Promise<EndReason> {
    const { signal } = channel;
    const viewer = { at: this.scrollback.end, size };
    this.enter(viewer);
    signal.addEventListener('abort', () => this.wake(), { once: true });
    const resize = (rows: number, columns: number) => {
      viewer.size = { rows, columns };
      this.fit();
    };
    try {
      channel.connect({ input: (data) => this.process.input(data), resize });
      await send(channel, this.scrollback.replay());
      while (!signal.aborted) {
        const piece = this.scrollback.from(this.catchUp(viewer), TERMINAL_BYTES.largest);
        if (piece.length === 0 && this.ended) return this.ended;
        if (piece.length === 0) await this.changed.promise;
        viewer.at += piece.length;
        await send(channel, piece);
        if (piece.length > 0) this.wake();
      }
      return {};
    } finally {
      this.leave(viewer);
    }
  }

  private enter(viewer: { at: number; size: Size }): void {
    this.viewers.add(viewer);
    this.fit();
    this.told();
  }

  private leave(viewer: { at: number; size: Size }): void {
    this.viewers.delete(viewer);
    this.lonelySince = performance.now();
    this.fit();
    this.wake();
    this.told();
  }

  /** A page that was too slow for the others goes on with the oldest that is kept. */
  private catchUp(viewer: { at: number }): number {
    return (viewer.at = Math.max(viewer.at, this.scrollback.start));
  }

  /** The whole of the terminal is seen by everybody: it is as large as the smallest page. */
  private fit(): void {
    if (this.viewers.size === 0 || this.ended) return;
    const sizes = [...this.viewers].map(({ size }) => size);
    const rows = Math.min(...sizes.map((size) => size.rows));
    const columns = Math.min(...sizes.map((size) => size.columns));
    if (rows === this.size.rows && columns === this.size.columns) return;
    this.size = { rows, columns };
    this.process.resize(this.size);
  }

  private async read(): Promise<void> {
    const reason = await this.readAll().then(
      async (): Promise<EndReason> => {
        const exitCode = await this.process.exitCode;
        return exitCode === undefined ? {} : { exitCode };
      },
      (error: unknown) => (this.hungUp ? {} : { error: messageOf(error) }),
    );
    this.ended = reason;
    this.endedAt = new Date().toISOString();
    this.wake();
    this.told();
  }

  private async readAll(): Promise<void> {
    let unseen = 0;
    for await (const chunk of this.process.output) {
      this.scrollback.append(chunk as Buffer);
      this.wake();
      while (this.viewers.size > 0 && this.scrollback.end - this.fastest() > AHEAD) await this.changed.promise;
      unseen = this.viewers.size > 0 ? 0 : unseen + (chunk as Buffer).length;
      if (unseen < UNSEEN_BYTES) continue;
      unseen = 0;
      await pause(BREATH);
    }
  }

  private fastest(): number {
    return Math.max(...[...this.viewers].map(({ at }) => at));
  }

  private wake(): void {
    this.changed.resolve();
    this.changed = Promise.withResolvers();
  }
}

async function send(channel: Channel<Uint8Array>, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length && !channel.signal.aborted; at += TERMINAL_BYTES.largest) {
    const piece = bytes.subarray(at, at + TERMINAL_BYTES.largest);
    await channel.send(piece, piece.length);
  }
}
