import { Inject, Injectable } from '@nestjs/common';
import { DAEMON_CONFIG, type DaemonConfig } from '../../base/config.js';
import { IS_FORWARDED } from '../../base/host-forward.js';
import { KindError, messageOf, systemError } from '../../base/errors.js';
import { Undo } from '../../base/undo.js';
import { defaultHostIps, toSpec } from '../network-options.js';
import { Networks } from '../networks.js';
import { portChanges } from '../ports/changes.js';
import { wantedPorts, type WantedPort } from '../ports/bindings.js';
import type { ProxyTarget } from '../ports/held-port.js';
import { type HostPort, HostPorts } from '../ports/host-ports.js';
import { gatewayEndpoint } from './gateway.js';
import type { Endpoint, Sandbox, SandboxPort, SandboxRequest } from './sandbox.js';

/** Publishes the ports of sandboxes: takes the host's ports and leads them to the endpoint that is the way out. */
@Injectable()
export class PortPublisher {
  constructor(
    private readonly networks: Networks,
    private readonly hostPorts: HostPorts,
    @Inject(DAEMON_CONFIG) private readonly config: Pick<DaemonConfig, 'userlandProxy'>,
  ) {}

  /** Takes the host's ports; traffic flows after `publish`. @throws InvalidParameter, System in Docker's words */
  reserve(sandbox: Sandbox, undo: Undo): Promise<SandboxPort[]> {
    return this.takeAll(wantedPorts(sandbox.request), sandbox, undo);
  }

  /**
   * Publishes what `request` wants instead of what the sandbox's own does: ports that both want are not touched.
   * @returns the ports from now on
   * @throws InvalidParameter, System in Docker's words; the ports are as they were then
   */
  async change(sandbox: Sandbox, request: SandboxRequest): Promise<SandboxPort[]> {
    const { kept, gone, added } = portChanges(sandbox.ports, wantedPorts(sandbox.request), wantedPorts(request));
    const undo = new Undo();
    try {
      await this.unpublish({ ports: gone });
      undo.add(gone, () => this.publish({ ports: gone }));
      // Given back first: the new ones may be the same of the host's for another of the container's.
      this.hostPorts.release(gone);
      undo.add(gone, () => this.retake({ ...sandbox, ports: gone }));
      const taken = await this.takeAll(added, { ...sandbox, request }, undo);
      undo.add(taken, () => this.unpublish({ ports: taken }));
      await this.publish({ ports: taken });
      return [...kept, ...taken];
    } catch (error) {
      await undo.unwind();
      throw error;
    }
  }

  private async takeAll(wanted: readonly WantedPort[], sandbox: Sandbox, undo: Undo): Promise<SandboxPort[]> {
    const { request } = sandbox;
    const ways = this.waysOf(sandbox);
    const main = ways.ipv4 ?? ways.ipv6;
    if (!main) return [];
    try {
      const ports: SandboxPort[] = [];
      for (const one of wanted) ports.push(...(await this.take(one, sandbox, undo)));
      return ports;
    } catch (error) {
      if (error instanceof KindError && error.kind === 'InvalidParameter') throw error;
      const where = `endpoint ${request.name} (${main.id})`;
      throw systemError(`driver failed programming external connectivity on ${where}: ${messageOf(error)}`, error);
    }
  }

  /** Takes exactly the host's ports of a sandbox that a former daemon left. */
  async retake(sandbox: Sandbox): Promise<void> {
    const held = sandbox.ports.filter(({ hostPort }) => hostPort !== 0);
    await this.hostPorts.retake(held, (port) => this.target(sandbox, (port as SandboxPort).containerPort), sandbox.request);
  }

  /** The ports that the kernel leads on; the others go through the daemon. */
  routed({ ports }: Pick<Sandbox, 'ports'>): SandboxPort[] {
    const routed = ports.filter(isRouted);
    // What is forwarded from an address of the host arrives here at another one.
    return IS_FORWARDED ? routed.map((port) => ({ ...port, hostIp: port.hostIp.includes(':') ? port.hostIp : '0.0.0.0' })) : routed;
  }

  async publish(sandbox: Pick<Sandbox, 'ports'>): Promise<void> {
    await this.bridge.publish(this.routed(sandbox));
  }

  async unpublish(sandbox: Pick<Sandbox, 'ports'>): Promise<void> {
    await this.bridge.unpublish(this.routed(sandbox));
  }

  /** Leads the ports to the endpoints that are the way out now. */
  async redirect(sandbox: Sandbox): Promise<void> {
    const ways = this.waysOf(sandbox);
    await this.unpublish(sandbox);
    if (!ways.ipv4 && !ways.ipv6) return;
    sandbox.ports = sandbox.ports.map((port) => ({ ...port, containerIp: addressFor(ways, port.hostIp) }));
    await this.publish(sandbox);
  }

  release({ ports }: Pick<Sandbox, 'ports'>): void {
    this.hostPorts.release(ports);
  }

  private async take(wanted: WantedPort, sandbox: Sandbox, undo: Undo): Promise<SandboxPort[]> {
    const { containerPort, protocol, key } = wanted;
    const ways = this.waysOf(sandbox);
    const network = this.networks.get((ways.ipv4 ?? ways.ipv6)?.networkId ?? '').inspect;
    const hostIps = wanted.hostIp ? [wanted.hostIp] : defaultHostIps(network);
    const routed = hostIps.filter((ip) => this.isDirect(ways, ip));
    const others = hostIps.filter((ip) => !routed.includes(ip));
    // A container without IPv6 is reached by IPv6 through the daemon, which passes on TCP only; the same the other way round.
    const passedOn = protocol === 'tcp' && this.config.userlandProxy;
    const usable = others.filter((ip) => passedOn || hostIps.length === 1 || (ip.includes(':') ? ways.ipv6 : ways.ipv4));
    const { request } = sandbox;
    const taken = usable.length > 0 ? await this.hostPorts.take(wanted, usable, this.target(sandbox, containerPort), request) : [];
    undo.add(taken, () => this.hostPorts.release(taken));
    const direct = routed.map((hostIp): HostPort => ({ protocol, hostIp, hostPort: 0 }));
    return [...taken, ...direct].map((port) => ({ ...port, key, containerPort, containerIp: addressFor(ways, port.hostIp) }));
  }

  /** The endpoints that lead out, for each family. */
  private waysOf(sandbox: Pick<Sandbox, 'endpoints'>): Ways {
    return { ipv4: gatewayEndpoint(sandbox, 'ipv4'), ipv6: gatewayEndpoint(sandbox, 'ipv6') };
  }

  /** Whether the family of `hostIp` is routed to the container as it is, so that no port of the host is needed. */
  private isDirect(ways: Ways, hostIp: string): boolean {
    const family = hostIp.includes(':') ? 'ipv6' : 'ipv4';
    const way = ways[family];
    return way !== undefined && toSpec(this.networks.get(way.networkId)).modes[family] === 'routed';
  }

  /** Looked up at each connection, since the way out may change. */
  private target(sandbox: Sandbox, port: number): ProxyTarget | undefined {
    if (!this.config.userlandProxy) return undefined;
    return () => ({ host: addressFor(this.waysOf(sandbox), '0.0.0.0'), port });
  }

  private get bridge() {
    return this.networks.driverOf(this.networks.get('bridge'));
  }
}

interface Ways {
  readonly ipv4: Endpoint | undefined;
  readonly ipv6: Endpoint | undefined;
}

/** An address of the container of the same family when it has one, else of the other. */
function addressFor({ ipv4, ipv6 }: Ways, hostIp: string): string {
  const [four, six] = [ipv4?.ipv4, ipv6?.ipv6];
  return (hostIp.includes(':') ? (six ?? four) : (four ?? six))?.address ?? '';
}

function isRouted({ hostIp, containerIp }: SandboxPort): boolean {
  return containerIp !== '' && hostIp.includes(':') === containerIp.includes(':');
}
