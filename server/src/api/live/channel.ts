import type { ChannelData, ChannelKind, EndReason } from './protocol.js';
import type { Fields } from './fields.js';

/** How much a channel may have on its way to the browser, and how much one `data` may be of that. */
export interface Window {
  readonly size: number;
  readonly largest: number;
}

/** One `data` at a time. */
export const ONE_BY_ONE: Window = { size: 1, largest: 1 };
/** Bytes of a terminal. */
export const TERMINAL_BYTES: Window = { size: 64 * 1024, largest: 16 * 1024 };

/** Where a terminal's input goes. */
export interface TerminalInput {
  input(data: Uint8Array): void;
  resize(rows: number, columns: number): void;
}

/** Messages of input that are kept while a terminal is made: more than anybody types meanwhile. */
const MOST_EARLY = 64;

/** What serves the channels of one kind. */
export interface ChannelSource<Kind extends ChannelKind = ChannelKind> {
  readonly kind: Kind;
  /**
   * Serves one channel until `channel.signal` is aborted, which the browser does; returning earlier ends the channel.
   * What it throws is told to the browser.
   * @param params as the browser sent them
   */
  serve(params: Fields, channel: Channel<ChannelData[Kind]>): Promise<EndReason | void>;
}

/** The daemon's side of one open channel. */
export class Channel<Data = unknown> {
  private terminal: TerminalInput | undefined;
  /** What was typed before there was a terminal to take it. */
  private early: Uint8Array[] = [];
  private earlySize: readonly [rows: number, columns: number] | undefined;
  private readonly closing = new AbortController();
  private onTheWay = 0;
  private wake: (() => void) | undefined;

  /**
   * @param emit hands one `data` to the connection
   * @param window in `data`, or in bytes
   */
  constructor(
    private readonly emit: (data: Data) => void,
    private readonly window: Window = ONE_BY_ONE,
  ) {}

  /** Aborted when the channel closes, from whichever side. */
  get signal(): AbortSignal {
    return this.closing.signal;
  }

  /**
   * Sends one `data`. Resolves when there is room for the next one or when the channel closes; whoever sends before that
   * overruns the browser.
   * @param amount 1, for terminals the number of bytes: no more than the window's largest
   */
  async send(data: Data, amount = 1): Promise<void> {
    if (this.signal.aborted) return;
    this.onTheWay += amount;
    this.emit(data);
    const { size, largest } = this.window;
    while (this.onTheWay + largest > size && !this.signal.aborted) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  /** Gives input and sizes to `terminal` from now on, first what came before it was ready. */
  connect(terminal: TerminalInput): void {
    this.terminal = terminal;
    if (this.earlySize) terminal.resize(...this.earlySize);
    for (const data of this.early) terminal.input(data);
    this.early = [];
  }

  /** Something was typed into a terminal. */
  input(data: Uint8Array): void {
    if (this.terminal) this.terminal.input(data);
    else if (this.early.length < MOST_EARLY) this.early.push(data);
  }

  /** A terminal has another size, in characters. */
  resize(rows: number, columns: number): void {
    if (this.terminal) this.terminal.resize(rows, columns);
    else this.earlySize = [rows, columns];
  }

  /** The browser has taken in so much of what is on its way. */
  taken(amount: number): void {
    this.onTheWay = Math.max(0, this.onTheWay - amount);
    this.awake();
  }

  close(): void {
    this.closing.abort();
    this.awake();
  }

  private awake(): void {
    this.wake?.();
    this.wake = undefined;
  }
}
