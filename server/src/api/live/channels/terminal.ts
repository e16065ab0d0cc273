import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { unavailable } from '../../../base/errors.js';
import { FrameReader } from '../../../base/frames.js';
import { ContainerAttach } from '../../../engine/container/attach.js';
import { ContainerResize } from '../../../engine/container/resize.js';
import { Engine } from '../../../engine/engine.js';
import { TERMINAL_BYTES, type Channel, type ChannelSource } from '../channel.js';
import type { Fields } from '../fields.js';
import type { EndReason } from '../protocol.js';
import { inputTo, NO_DETACH_KEYS } from '../terminals/input.js';
import type { Size } from '../terminals/session.js';
import { TerminalSessions } from '../terminals/sessions.js';

/** A process of its own in a running container, or the container's own console. */
@Injectable()
export class TerminalChannel implements ChannelSource<'terminal'> {
  readonly kind = 'terminal';

  constructor(
    private readonly engine: Engine,
    private readonly sessions: TerminalSessions,
  ) {}

  async serve(params: Fields, channel: Channel<Uint8Array>): Promise<EndReason> {
    const size = { rows: params.count('rows', 1, 0xffff), columns: params.count('columns', 1, 0xffff) };
    if (params.flag('attach')) return this.attach(params, size, channel);
    const session = params.optionalText('session');
    return session === undefined ? this.once(params, size, channel) : this.join(session, params, size, channel);
  }

  /** A session that others may join, and that goes on without the page. */
  private async join(id: string, params: Fields, size: Size, channel: Channel<Uint8Array>): Promise<EndReason> {
    const container = params.text('container');
    const command = params.optionalTexts('command');
    const start = command && { container, command, user: params.optionalText('user') ?? '' };
    return (await this.sessions.join(id, container, start, size)).view(channel, size);
  }

  /** A command for this page alone; it is hung up when the page leaves. */
  private async once(params: Fields, size: Size, channel: Channel<Uint8Array>): Promise<EndReason> {
    const command = params.optionalTexts('command') ?? ['sh'];
    const start = { container: params.text('container'), command, user: params.optionalText('user') ?? '' };
    const session = await this.sessions.private(start, size);
    const reason = await session.view(channel, size);
    if (!session.ended) await session.hangUp();
    return reason;
  }

  private async attach(params: Fields, { rows, columns }: Size, channel: Channel<Uint8Array>): Promise<EndReason> {
    const id = params.text('container');
    const request = { id, stream: true, stdin: true, stdout: true, stderr: true, detachKeys: NO_DETACH_KEYS };
    const { tty, streams } = await this.engine.run(ContainerAttach, request, { signal: channel.signal });
    const attached = await streams;
    if (!attached) throw unavailable('the container has no process any more');
    const { output, input } = attached;
    const resize = (h: number, w: number) => void (tty && this.engine.run(ContainerResize, { id, h, w }).catch(ignoreEnded));
    resize(rows, columns);
    channel.connect({ input: inputTo(output, input), resize });
    await show(output, tty, channel);
    return {};
  }
}

/** Carries output to the page until the process ends or the channel closes. */
async function show(output: Readable, tty: boolean, channel: Channel<Uint8Array>): Promise<void> {
  const close = () => output.destroy();
  channel.signal.addEventListener('abort', close, { once: true });
  if (channel.signal.aborted) close();
  const toScreen = tty ? (chunk: Buffer) => chunk : screenText();
  try {
    for await (const chunk of output) await sendBytes(channel, toScreen(chunk as Buffer));
  } catch (error) {
    if (!channel.signal.aborted) throw error;
  }
}

async function sendBytes(channel: Channel<Uint8Array>, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length && !channel.signal.aborted; at += TERMINAL_BYTES.largest) {
    const piece = bytes.subarray(at, at + TERMINAL_BYTES.largest);
    await channel.send(piece, piece.length);
  }
}

/** Without a tty nobody has made carriage returns of the newlines. */
function screenText(): (chunk: Buffer) => Buffer {
  const frames = new FrameReader();
  return (chunk) => {
    const text = Buffer.concat(frames.push(chunk).map((frame) => frame.text));
    return Buffer.from(text.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
  };
}

/** The size of a process that has ended meanwhile does not matter. */
function ignoreEnded(): void {}
