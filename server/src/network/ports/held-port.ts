import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import { messageOf } from '../../base/errors.js';
import { forwardFromHost, IS_FORWARDED } from '../../base/host-forward.js';
import type { Protocol } from '../../drivers/networkdriver/driver.js';

const log = new Logger('HostPorts');

/** A port of the host that is taken; nobody else can bind it until it is closed. */
export interface HeldPort {
  close(): void;
}

/** Tells where a connection goes that reaches the daemon itself: by IPv6 to an IPv4 container, or while rules are made anew. */
export type ProxyTarget = () => { readonly host: string; readonly port: number };

/**
 * Takes a port of the host by binding it.
 * @param target undefined passes nothing on
 * @throws Error with code EADDRINUSE when it is somebody else's, EADDRNOTAVAIL or EAFNOSUPPORT when the host lacks the address
 */
export async function holdPort(protocol: Protocol, host: string, port: number, target: ProxyTarget | undefined): Promise<HeldPort> {
  if (!IS_FORWARDED || protocol === 'sctp') return holdHere(protocol, host, port, target);
  const here = await holdHere(protocol, host.includes(':') ? host : '0.0.0.0', port, target);
  try {
    const forward = await forwardFromHost(protocol, host, port);
    const giveBack = () =>
      forward.close().catch((error: unknown) => log.warn(`the host's port ${port} was not given back: ${messageOf(error)}`));
    return { close: () => void giveBack().finally(() => here.close()) };
  } catch (error) {
    here.close();
    throw error;
  }
}

function holdHere(protocol: Protocol, host: string, port: number, target: ProxyTarget | undefined): Promise<HeldPort> {
  if (protocol === 'tcp') return holdTcp(host, port, target);
  if (protocol === 'udp') return holdUdp(host, port);
  // Node has no SCTP sockets: such a port is kept free of other containers by the table of allocations alone.
  return Promise.resolve({ close: () => undefined });
}

async function holdTcp(host: string, port: number, target: ProxyTarget | undefined): Promise<HeldPort> {
  const open = new Set<Socket>();
  const track = (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (!target) return void client.destroy();
    const upstream = connect({ ...target(), allowHalfOpen: true });
    track(client);
    track(upstream);
    join(client, upstream);
  });
  server.listen({ host, port, ipv6Only: true });
  await once(server, 'listening');
  return {
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** Joins two sockets; an end of one half is passed on, a failure ends both. */
function join(client: Socket, upstream: Socket): void {
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    from.pipe(to);
    from.once('error', () => to.destroy());
    from.once('close', (failed) => failed && to.destroy());
  }
}

async function holdUdp(host: string, port: number): Promise<HeldPort> {
  const isIpv6 = host.includes(':');
  const socket = createSocket({ type: isIpv6 ? 'udp6' : 'udp4', ipv6Only: isIpv6 });
  socket.bind({ address: host, port, exclusive: true });
  await once(socket, 'listening');
  return { close: () => socket.close() };
}
