import { io, type Socket } from 'socket.io-client';
import type { BrowserEvents, ChannelData, ChannelKind, ChannelParams, DaemonEvents } from '@live';

export type LiveState = 'connecting' | 'open' | 'broken';
export interface EndReason {
  error?: string;
  exitCode?: number;
}

export interface ChannelHandlers<Kind extends ChannelKind> {
  /** Called again after a break, when the channel is opened anew. */
  params: () => ChannelParams[Kind];
  /** Takes one `data`; the daemon sends the next one when the promise is kept. A terminal answers how many bytes it took. */
  data: (data: ChannelData[Kind]) => void | number | Promise<void | number>;
  /** The daemon closed the channel. */
  end?: (reason: EndReason) => void;
  /** The connection broke. True: open the channel again when it is back. Without this, it is. */
  lost?: () => boolean;
}

export interface Channel {
  input(data: Uint8Array): void;
  resize(rows: number, columns: number): void;
  close(): void;
}

interface OpenChannel {
  kind: ChannelKind;
  handlers: ChannelHandlers<ChannelKind>;
}

/** The one connection of the page; carries numbered channels and restores them after a break. */
export class LiveConnection {
  readonly #socket: Socket<DaemonEvents, BrowserEvents>;
  readonly #channels = new Map<number, OpenChannel>();
  #last = 0;

  constructor(
    token: () => string,
    private readonly on: { state: (state: LiveState) => void; hello: (version: string) => void; refused: (message: string) => void },
    address = location.origin,
  ) {
    this.#socket = io(address, {
      path: '/live',
      transports: ['websocket'],
      auth: (give) => give({ token: token() }),
      reconnectionDelay: 500,
      reconnectionDelayMax: 5000,
      autoConnect: false,
    });
    this.#socket.on('connect', () => this.#restore());
    this.#socket.on('disconnect', (reason) => this.#broken(reason === 'io server disconnect'));
    this.#socket.on('connect_error', (error) => this.#failed(error));
    this.#socket.on('hello', ({ version }) => this.on.hello(version));
    this.#socket.on('data', (number, data) => void this.#take(number, data));
    this.#socket.on('end', (number, reason) => this.#end(number, reason));
  }

  connect(): void {
    this.on.state('connecting');
    this.#socket.connect();
  }

  disconnect(): void {
    this.#channels.clear();
    this.#socket.disconnect();
  }

  /** Opens a channel now, or as soon as the connection stands. */
  open<Kind extends ChannelKind>(kind: Kind, handlers: ChannelHandlers<Kind>): Channel {
    const number = ++this.#last;
    this.#channels.set(number, { kind, handlers: handlers as unknown as ChannelHandlers<ChannelKind> });
    if (this.#socket.connected) this.#socket.emit('open', number, kind, handlers.params());
    return {
      input: (data) => void this.#socket.emit('input', number, data),
      resize: (rows, columns) => void this.#socket.emit('resize', number, rows, columns),
      close: () => this.#close(number),
    };
  }

  #close(number: number): void {
    if (this.#channels.delete(number) && this.#socket.connected) this.#socket.emit('close', number);
  }

  async #take(number: number, data: unknown): Promise<void> {
    const channel = this.#channels.get(number);
    if (!channel) return;
    const payload = channel.kind === 'terminal' ? new Uint8Array(data as ArrayBuffer) : data;
    const amount = await channel.handlers.data(payload as ChannelData[ChannelKind]);
    if (this.#channels.has(number)) this.#socket.emit('taken', number, typeof amount === 'number' ? amount : 1);
  }

  #end(number: number, reason: EndReason): void {
    const channel = this.#channels.get(number);
    this.#channels.delete(number);
    channel?.handlers.end?.(reason);
  }

  #restore(): void {
    this.on.state('open');
    for (const [number, { kind, handlers }] of this.#channels) this.#socket.emit('open', number, kind, handlers.params());
  }

  #broken(byDaemon: boolean): void {
    this.on.state('broken');
    for (const [number, { handlers }] of this.#channels) {
      if (handlers.lost && !handlers.lost()) this.#channels.delete(number);
    }
    if (byDaemon) this.on.refused('the daemon ended the connection');
  }

  #failed(error: Error): void {
    this.on.state('broken');
    if (!this.#socket.active) this.on.refused(error.message);
  }
}
