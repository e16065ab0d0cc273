import { once } from 'node:events';
import { connect } from 'node:net';
import { Turns } from './turns.js';

/**
 * Socket of the slirp4netns that connects this daemon's network namespace to the host's network, when it has one of its own (see
 * bin/slipwayd-rootless). The host's addresses are not there then: what is to be reached by them is forwarded.
 */
const socket = process.env['SLIPWAY_SLIRP4NETNS'];

/** Whether ports of the host have to be forwarded here. */
export const IS_FORWARDED = socket !== undefined;

/**
 * Has a port of the host lead to the same port of all addresses here, until it is closed. slirp4netns(1), "API SOCKET"
 * @throws Error with code EADDRINUSE when it is somebody else's, EAFNOSUPPORT for IPv6, which is not forwarded
 */
export async function forwardFromHost(protocol: 'tcp' | 'udp', address: string, port: number): Promise<{ close(): Promise<void> }> {
  if (address.includes(':')) throw Object.assign(new Error('IPv6 is not forwarded from the host'), { code: 'EAFNOSUPPORT' });
  const { return: made } = await call('add_hostfwd', { proto: protocol, host_addr: address, host_port: port, guest_port: port });
  if (!made) throw Object.assign(new Error(`the host does not give its port ${address}:${port}`), { code: 'EADDRINUSE' });
  return { close: async () => void (await call('remove_hostfwd', { id: made.id })) };
}

interface Answer {
  readonly return?: { readonly id: number };
  readonly error?: { readonly desc: string };
}

const turns = new Turns();

/** It answers one after the other, and not to who does not wait for that. */
function call(execute: string, args: object): Promise<Answer> {
  return turns.take('slirp4netns', async () => {
    const connection = connect({ path: socket!, allowHalfOpen: true });
    let answer = '';
    connection.setEncoding('utf8').on('data', (text: string) => (answer += text));
    connection.end(JSON.stringify({ execute, arguments: args }));
    await once(connection, 'end');
    return JSON.parse(answer) as Answer;
  });
}
