import { getCurrentScope, onScopeDispose } from 'vue';
import type { ChannelKind } from '@live';
import type { Channel, ChannelHandlers } from '@/client/live';
import { useLive } from './use-live';

/** Opens a channel that closes with the component, or with `close`. */
export function useChannel<Kind extends ChannelKind>(kind: Kind, handlers: ChannelHandlers<Kind>): Channel {
  const channel = useLive().connect().open(kind, handlers);
  if (getCurrentScope()) onScopeDispose(() => channel.close());
  return channel;
}
