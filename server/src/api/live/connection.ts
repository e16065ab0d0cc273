import type { Socket } from 'socket.io';
import { kindOf, messageOf } from '../../base/errors.js';
import { onBehalfOf } from '../../engine/access/index.js';
import { Channel, ONE_BY_ONE, TERMINAL_BYTES, type ChannelSource } from './channel.js';
import { seeChannel, type ChannelAsker, type See } from './channel-access.js';
import { Fields, isCount } from './fields.js';
import type { BrowserEvents, ChannelKind, DaemonEvents, EndReason } from './protocol.js';

export type LiveSocket = Socket<BrowserEvents, DaemonEvents>;
export type ChannelSources = ReadonlyMap<string, ChannelSource>;

const MOST_CHANNELS = 256;

/** Whose page it is. */
export interface ConnectionAsker extends ChannelAsker {
  readonly name: string;
  /** Told of every channel by which something is changed: a shell, a pull. */
  readonly changes?: (kind: ChannelKind, params: Fields, error: unknown) => void;
}

/** One browser tab: the channels it has open. Ends them all when the socket goes. */
export class LiveConnection {
  private readonly channels = new Map<number, Channel>();

  constructor(
    private readonly socket: LiveSocket,
    private readonly sources: ChannelSources,
    private readonly asker: ConnectionAsker,
    private readonly failed: (kind: ChannelKind, error: unknown) => void,
  ) {}

  /** Serves what the browser asks for until it goes. */
  listen(): void {
    const { socket } = this;
    socket.on('open', (number, kind, params) => void this.open(number, kind, params));
    socket.on('taken', (number, amount) => {
      if (isCount(amount, 0, Number.MAX_SAFE_INTEGER)) this.channels.get(number)?.taken(amount);
    });
    socket.on('input', (number, data) => {
      if (data instanceof Uint8Array) this.channels.get(number)?.input(data);
    });
    socket.on('resize', (number, rows, columns) => {
      if (isCount(rows, 1, 0xffff) && isCount(columns, 1, 0xffff)) this.channels.get(number)?.resize(rows, columns);
    });
    socket.on('close', (number) => this.close(number));
    socket.on('disconnect', () => [...this.channels.keys()].forEach((number) => this.close(number)));
  }

  private async open(number: number, kind: ChannelKind, params: unknown): Promise<void> {
    // A number that is open already belongs to another channel, which must not be ended by the mistake.
    if (!isCount(number, 0, Number.MAX_SAFE_INTEGER) || this.channels.has(number)) return;
    const source = this.sources.get(kind);
    if (!source) return this.end(number, { error: `there is no kind of channel named ${JSON.stringify(kind)}` });
    if (this.channels.size >= MOST_CHANNELS)
      return this.end(number, { error: `no more than ${MOST_CHANNELS} channels may be open at once` });
    let see: See = () => undefined;
    const emit = (data: unknown) => {
      const shown = see(data as never);
      if (shown === undefined) channel.taken(1);
      else this.socket.emit('data', number, shown);
    };
    const channel: Channel = new Channel(emit, kind === 'terminal' ? TERMINAL_BYTES : ONE_BY_ONE);
    this.channels.set(number, channel);
    const reason = await this.serve(source, params, channel, (found) => (see = found));
    if (channel.signal.aborted) return;
    this.close(number);
    this.end(number, reason);
  }

  private async serve(source: ChannelSource, params: unknown, channel: Channel, show: (see: See) => void): Promise<EndReason> {
    const { asker } = this;
    try {
      const fields = new Fields(params);
      try {
        show(seeChannel(source.kind, fields, asker));
        asker.changes?.(source.kind, fields, undefined);
      } catch (error) {
        asker.changes?.(source.kind, fields, error);
        throw error;
      }
      return (await onBehalfOf(asker, () => source.serve(fields, channel as never))) ?? {};
    } catch (error) {
      if (!channel.signal.aborted && kindOf(error) === 'System') this.failed(source.kind, error);
      return { error: messageOf(error) };
    }
  }

  private close(number: number): void {
    this.channels.get(number)?.close();
    this.channels.delete(number);
  }

  private end(number: number, reason: EndReason): void {
    this.socket.emit('end', number, reason);
  }
}
