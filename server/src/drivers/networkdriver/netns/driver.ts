import { conflict } from '../../../base/errors.js';
import { network } from '../../../libcontainer/index.js';
import type { Cable, JoinRequest, Route, SandboxDriver } from '../driver.js';

/** Fills network namespaces over netlink. */
export class NetnsDriver implements SandboxDriver {
  /** @param resolver path of the socket of who serves DNS; see the resolver's DnsDriver */
  constructor(private readonly resolver: string) {}

  join({ pid, cables, routes, dns }: JoinRequest): Promise<void> {
    const recipient = dns === undefined ? undefined : { socket: this.resolver, sandbox: dns };
    return whileItRuns(network.join({ pid, interfaces: cables, routes, dns: recipient }));
  }

  setRoutes(pid: number, routes: readonly Route[]): Promise<void> {
    return whileItRuns(network.setRoutes(pid, routes));
  }

  unplug(pid: number, { kind, hostName, name }: Cable): Promise<void> {
    return kind === 'veth' ? network.removeLink(hostName) : whileItRuns(network.removeLinkInside(pid, name));
  }
}

/** The namespace goes with the container's process. @throws Conflict when it is gone */
async function whileItRuns(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    const isRemoved = (syscall === 'configure bridge port' && code === 'EOPNOTSUPP') || (syscall === 'find link' && code === 'ENODEV');
    if (isRemoved) throw conflict('the network is being removed', error);
    const isGone = ['open network namespace', 'open process'].includes(syscall ?? '') && (code === 'ENOENT' || code === 'ESRCH');
    throw isGone ? conflict('the container has ended and has no network any more', error) : error;
  }
}
