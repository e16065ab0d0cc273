import { Channel, ONE_BY_ONE, type ChannelSource, type Window } from '../channel.js';
import { Fields } from '../fields.js';
import type { ChannelData, ChannelKind, ChannelParams, EndReason } from '../protocol.js';

/** A page with one channel open, without the connection between. */
export interface OpenedChannel<Data> {
  readonly channel: Channel<Data>;
  readonly received: Data[];
  /** How it ended; rejects with what it ended for. */
  readonly ended: Promise<EndReason | void>;
  /** Waits until what has been received is as wanted. Fails when the channel ends before. */
  until(condition: (received: Data[]) => boolean): Promise<Data[]>;
}

/** Opens a channel and takes in what comes. @param take false leaves that to the test */
export function openChannel<Kind extends ChannelKind>(
  source: ChannelSource<Kind>,
  params: ChannelParams[Kind],
  { take = true, window = ONE_BY_ONE }: { take?: boolean; window?: Window } = {},
): OpenedChannel<ChannelData[Kind]> {
  type Data = ChannelData[Kind];
  const received: Data[] = [];
  let wake: () => void = () => undefined;
  const channel = new Channel<Data>((data) => {
    received.push(data);
    if (take) queueMicrotask(() => channel.taken(data instanceof Uint8Array ? data.byteLength : 1));
    wake();
  }, window);
  const ended = source.serve(new Fields(params), channel);
  let over = false;
  const end = () => {
    over = true;
    wake();
  };
  ended.then(end, end);
  const until = async (condition: (received: Data[]) => boolean) => {
    while (!condition(received)) {
      if (over) throw new Error('the channel has ended');
      await new Promise<void>((resolve) => (wake = resolve));
    }
    return received;
  };
  return { channel, received, ended, until };
}
