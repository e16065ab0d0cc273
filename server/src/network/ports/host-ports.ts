import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { systemError } from '../../base/errors.js';
import type { Protocol } from '../../drivers/networkdriver/driver.js';
import type { WantedPort } from './bindings.js';
import { type HeldPort, holdPort, type ProxyTarget } from './held-port.js';
import { portOwner } from './owner.js';

/** A port of the host that was taken for a container. */
export interface HostPort {
  readonly protocol: Protocol;
  readonly hostIp: string;
  readonly hostPort: number;
}

interface Holding {
  readonly port: HostPort;
  held: HeldPort;
  /** Name of the container it is held for. */
  readonly owner: string;
}

/** The container a port is taken for. */
export interface PortOwner {
  readonly containerId: string;
  readonly name: string;
}

/** How many ports that were picked for containers are remembered. */
const MOST_REMEMBERED = 10_000;

/** How often, and at what distance in milliseconds, a port of a running container is tried for that is still bound. */
const ATTEMPTS = 40;
const DISTANCE = 250;

/** The host's ports that containers have: bound by the daemon, so that a conflict is found when it happens. */
@Injectable()
export class HostPorts {
  private readonly log = new Logger('HostPorts');
  private readonly holdings = new Map<string, Holding>();
  private next = 0;
  /** Ports that were picked for containers, which they get again when they are restarted. */
  private readonly picked = new Map<string, number>();

  /**
   * Takes one port for `wanted` on every address of `hostIps`: the same number on all of them, and where any will do the
   * one that the container had before.
   * @throws System with Docker's words when it is somebody else's
   */
  async take(wanted: WantedPort, hostIps: readonly string[], target: ProxyTarget | undefined, owner: PortOwner): Promise<HostPort[]> {
    let failure: unknown;
    for (const hostPort of await this.candidates(wanted, owner)) {
      try {
        const taken = await this.takeOn(hostIps, { protocol: wanted.protocol, hostPort }, target, owner);
        if (!wanted.hostPorts) this.remember(nameOf(wanted, owner), hostPort);
        return taken;
      } catch (error) {
        failure = error;
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') break;
      }
    }
    throw await this.explain(failure);
  }

  /**
   * Takes exactly `ports` again, for a container that a former daemon left running. One that is bound is no other container's
   * all the same: the kernel leads it to this one. What a dying daemon still holds is taken when it is gone; one that somebody
   * else has bound for good is told of, since what the daemon passes on itself is theirs.
   */
  async retake(ports: readonly HostPort[], target: (port: HostPort) => ProxyTarget | undefined, owner: PortOwner): Promise<void> {
    for (const port of ports) {
      try {
        await this.hold(port, target(port), owner);
      } catch (error) {
        const holding = { port, held: { close: () => undefined }, owner: owner.name };
        this.holdings.set(keyOf(port), holding);
        void this.regain(holding, target(port), error);
      }
    }
  }

  /** Tries for a port until it is bound, given back, or plainly somebody else's. */
  private async regain(holding: Holding, target: ProxyTarget | undefined, failure: unknown): Promise<void> {
    const { protocol, hostIp, hostPort } = holding.port;
    const isHeld = () => this.holdings.get(keyOf(holding.port)) === holding;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      await pause(DISTANCE, undefined, { ref: false });
      if (!isHeld()) return;
      const held = await holdPort(protocol, hostIp, hostPort, target).catch(() => undefined);
      if (!held) continue;
      if (isHeld()) holding.held = held;
      else held.close();
      return;
    }
    const { message } = await this.explain(failure, false);
    this.log.warn(`container ${holding.owner}: ${message}`);
  }

  /** Gives ports back; ones that are not held are fine. */
  release(ports: readonly HostPort[]): void {
    for (const port of ports) {
      this.holdings.get(keyOf(port))?.held.close();
      this.holdings.delete(keyOf(port));
    }
  }

  private async candidates(wanted: WantedPort, owner: PortOwner): Promise<Iterable<number>> {
    if (wanted.hostPorts) return portsFrom(wanted.hostPorts[0], wanted.hostPorts);
    const range = await ephemeralRange();
    const former = this.picked.get(nameOf(wanted, owner));
    const start = this.next < range[0] || this.next > range[1] ? range[0] : this.next;
    const picking = this.pick(portsFrom(start, range));
    return former === undefined ? picking : concat(former, picking);
  }

  /** Counts on, so that a port that was just given back is the last to be picked. */
  private *pick(ports: Iterable<number>): Generator<number> {
    for (const port of ports) {
      this.next = port + 1;
      yield port;
    }
  }

  private remember(name: string, port: number): void {
    this.picked.delete(name);
    this.picked.set(name, port);
    const [oldest] = this.picked.keys();
    if (this.picked.size > MOST_REMEMBERED && oldest !== undefined) this.picked.delete(oldest);
  }

  private async takeOn(
    hostIps: readonly string[],
    port: Omit<HostPort, 'hostIp'>,
    target: ProxyTarget | undefined,
    owner: PortOwner,
  ): Promise<HostPort[]> {
    const taken: HostPort[] = [];
    try {
      for (const hostIp of hostIps) {
        const one = { ...port, hostIp };
        if (await this.holdWherePossible(one, target, owner, hostIps.length > 1)) taken.push(one);
      }
      return taken;
    } catch (error) {
      this.release(taken);
      throw error;
    }
  }

  /** @param optional whether a host without IPv6 is fine */
  private async holdWherePossible(port: HostPort, target: ProxyTarget | undefined, owner: PortOwner, optional: boolean): Promise<boolean> {
    try {
      await this.hold(port, target, owner);
      return true;
    } catch (error) {
      const missing = ['EAFNOSUPPORT', 'EADDRNOTAVAIL'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (optional && missing && port.hostIp === '::') return false;
      throw error;
    }
  }

  private async hold(port: HostPort, target: ProxyTarget | undefined, owner: PortOwner): Promise<void> {
    if (this.holdings.has(keyOf(port))) throw Object.assign(new Error('held'), { code: 'EADDRINUSE', port });
    try {
      const held = await holdPort(port.protocol, port.hostIp, port.hostPort, target);
      this.holdings.set(keyOf(port), { port, held, owner: owner.name });
    } catch (error) {
      throw Object.assign(error as Error, { port });
    }
  }

  /** The failure in Docker's words, with the name of who has the port when that can be found out. */
  private async explain(failure: unknown, byContainer = true): Promise<Error> {
    const { code, message, port } = failure as NodeJS.ErrnoException & { port: HostPort };
    const address = `${port.hostIp.includes(':') ? `[${port.hostIp}]` : port.hostIp}:${port.hostPort}`;
    if (code === 'EADDRINUSE') {
      const holder = (byContainer && this.containerWith(port)) || (await portOwner(port.protocol, port.hostPort));
      return systemError(`Bind for ${address} failed: port is already allocated${holder ? ` (by ${holder})` : ''}`);
    }
    if (code === 'EADDRNOTAVAIL')
      return systemError(`Bind for ${address} failed: this host has no such address (cannot assign requested address)`);
    return systemError(`Bind for ${address} failed: ${message}`, failure);
  }

  /** The container whose port is in the way, be it on the same address or on all. */
  private containerWith({ protocol, hostPort }: HostPort): string | undefined {
    for (const { port, owner } of this.holdings.values())
      if (port.protocol === protocol && port.hostPort === hostPort) return `container ${owner}`;
    return undefined;
  }
}

function keyOf({ protocol, hostIp, hostPort }: HostPort): string {
  return `${protocol} ${hostIp} ${hostPort}`;
}

function nameOf({ key, hostIp = '' }: WantedPort, { containerId }: PortOwner): string {
  return `${containerId} ${key} ${hostIp}`;
}

/** All ports of a range, beginning at `start`. */
function* portsFrom(start: number, [first, last]: readonly [number, number]): Generator<number> {
  for (let port = start; port <= last; port++) yield port;
  for (let port = first; port < start; port++) yield port;
}

function* concat(first: number, rest: Iterable<number>): Generator<number> {
  yield first;
  yield* rest;
}

async function ephemeralRange(): Promise<readonly [number, number]> {
  const [first = '32768', last = '60999'] = (await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'latin1')).trim().split(/\s+/);
  return [Number(first), Number(last)];
}
