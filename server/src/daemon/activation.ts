import { readFileSync, readlinkSync } from 'node:fs';
import { invalidParameter } from '../base/errors.js';

const FIRST = 3;

/** A socket that systemd opened for us. sd_listen_fds(3) */
export interface PassedSocket {
  readonly descriptor: number;
  readonly name: string;
  readonly kind: 'unix' | 'tcp';
}

/** The sockets that were passed to this process; asked once, for the programs that it starts must not see them. */
export function passedSockets(environment: NodeJS.ProcessEnv, pid = process.pid): PassedSocket[] {
  const { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES } = environment;
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete environment[name];
  if (Number(LISTEN_PID) !== pid) return [];
  const names = (LISTEN_FDNAMES ?? '').split(':');
  return Array.from({ length: Number(LISTEN_FDS) || 0 }, (_, index) => {
    const descriptor = FIRST + index;
    return { descriptor, name: names[index] || 'unknown', kind: isUnix(descriptor) ? 'unix' : 'tcp' };
  });
}

/**
 * Those of them that `fd://`, `fd://NUMBER` or `fd://NAME` asks for.
 * @throws InvalidParameter when there is none
 */
export function chooseSockets(host: string, sockets: readonly PassedSocket[]): PassedSocket[] {
  const wanted = host.slice('fd://'.length);
  const chosen =
    wanted === '' || wanted === '*' ? sockets : sockets.filter(({ name, descriptor }) => wanted === name || wanted === String(descriptor));
  if (chosen.length === 0)
    throw invalidParameter(
      sockets.length === 0
        ? `--host ${host} needs a socket from systemd, and none was passed: start the daemon by its socket unit`
        : `no socket called ${wanted} was passed, only ${sockets.map(({ name, descriptor }) => `${name} (${descriptor})`).join(', ')}`,
    );
  return [...chosen];
}

/** Whether it is a unix socket: those stand in a list of their own. proc_net(5) */
function isUnix(descriptor: number): boolean {
  const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${descriptor}`))?.[1];
  if (inode === undefined) throw invalidParameter(`descriptor ${descriptor}, passed by systemd, is no socket`);
  const lines = readFileSync('/proc/net/unix', 'utf8').split('\n');
  return lines.some((line) => line.trim().split(/\s+/)[6] === inode);
}
