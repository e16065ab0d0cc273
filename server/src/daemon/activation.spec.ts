import { describe, expect, it } from 'vitest';
import { chooseSockets, passedSockets, type PassedSocket } from './activation.js';

const socket = (descriptor: number, name: string): PassedSocket => ({ descriptor, name, kind: 'unix' });
const SOCKETS = [socket(3, 'slipway.socket'), socket(4, 'lab')];

describe('sockets passed by systemd', () => {
  it('are those for this process alone', () => {
    expect(passedSockets({}, 7)).toEqual([]);
    expect(passedSockets({ LISTEN_PID: '8', LISTEN_FDS: '1' }, 7)).toEqual([]);
  });

  it('are not seen by the programs that the daemon starts', () => {
    const environment = { LISTEN_PID: '7', LISTEN_FDS: '0', LISTEN_FDNAMES: '', PATH: '/bin' };
    passedSockets(environment, 7);
    expect(environment).toEqual({ PATH: '/bin' });
  });

  it.each([
    ['fd://', [3, 4]],
    ['fd://*', [3, 4]],
    ['fd://4', [4]],
    ['fd://slipway.socket', [3]],
  ])('%s asks for %j', (host, descriptors) => {
    expect(chooseSockets(host, SOCKETS).map(({ descriptor }) => descriptor)).toEqual(descriptors);
  });

  it('that are not there are told of', () => {
    expect(() => chooseSockets('fd://', [])).toThrow('needs a socket from systemd, and none was passed');
    expect(() => chooseSockets('fd://other', SOCKETS)).toThrow('no socket called other was passed, only slipway.socket (3), lab (4)');
  });
});
