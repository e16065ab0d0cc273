import { Inject, Injectable } from '@nestjs/common';
import type { NetworkSettings } from '../api/generated/types.gen.js';
import { DAEMON_CONFIG, type DaemonConfig } from '../base/config.js';
import { conflict, systemError } from '../base/errors.js';
import { newId } from '../base/ids.js';
import { Undo } from '../base/undo.js';
import { SANDBOX_DRIVER, type SandboxDriver } from '../drivers/networkdriver/driver.js';
import { formatResolvConf } from './dns/resolv-conf.js';
import { Networks } from './networks.js';
import { releaseEndpoint, reserveEndpoint } from './sandbox/endpoint.js';
import { hostnameFile, hostsFile, hostsFileOfHost, type SandboxFiles } from './sandbox/files.js';
import { routesOf } from './sandbox/gateway.js';
import { interfaceNameOf } from './sandbox/interface-options.js';
import { linkLines } from './sandbox/links.js';
import { LinkedPorts } from './sandbox/linked-ports.js';
import { Plugs } from './sandbox/plugs.js';
import { PortPublisher } from './sandbox/publisher.js';
import { Resolvers } from './sandbox/resolvers.js';
import { type Endpoint, type Sandbox, type SandboxRequest, sharedContainer } from './sandbox/sandbox.js';
import { configuredSettings, runningSettings, wantedNetworks } from './sandbox/settings.js';
import { SandboxTable } from './sandbox/table.js';
import { NetworkStore } from './store.js';

export type { SandboxRequest } from './sandbox/sandbox.js';
export type { SandboxFiles } from './sandbox/files.js';

/**
 * What running containers hold of the network.
 *
 * await sandboxes.reserve(request);              // addresses, ports and names are taken, or nothing is
 * const files = await sandboxes.files(id);       // for /etc
 * await sandboxes.join(id, pid);                 // plugged in, ports published
 * await sandboxes.release(id);                   // after the exit
 */
@Injectable()
export class Sandboxes {
  /** Of a former daemon, and not taken over yet. */
  private readonly inherited = new Set<string>();

  constructor(
    private readonly networks: Networks,
    private readonly store: NetworkStore,
    private readonly publisher: PortPublisher,
    private readonly resolvers: Resolvers,
    private readonly table: SandboxTable,
    private readonly plugs: Plugs,
    private readonly linkedPorts: LinkedPorts,
    @Inject(SANDBOX_DRIVER) private readonly driver: SandboxDriver,
    @Inject(DAEMON_CONFIG) private readonly config: Pick<DaemonConfig, 'hostGatewayIps'>,
  ) {}

  /**
   * Brings the networks up with everything that a former daemon's containers hold. Called once, before anything else.
   * Each container that still runs is then to be given to `restore`, and their IDs to `retain`.
   */
  async open(): Promise<void> {
    const sandboxes = this.store.sandboxes();
    const used = new Set(sandboxes.flatMap(({ endpoints }) => endpoints.map(({ networkId }) => networkId)));
    await this.networks.open(
      used,
      sandboxes.flatMap((sandbox) => this.publisher.routed(sandbox)),
    );
    await this.resolvers.open(sandboxes);
    for (const sandbox of sandboxes) {
      this.table.set(sandbox);
      this.inherited.add(sandbox.containerId);
      for (const endpoint of sandbox.endpoints) this.reclaim(endpoint);
    }
    await this.linkedPorts.update();
  }

  /**
   * Takes what a container needs of the network.
   * @throws NotFound a network or the container to share with; InvalidParameter; Forbidden an address is taken; System a port is taken
   */
  async reserve(request: SandboxRequest): Promise<void> {
    if (this.table.has(request.containerId)) await this.release(request.containerId);
    const undo = new Undo();
    try {
      await this.resolvers.refresh();
      const sandbox: Sandbox = {
        id: newId(),
        containerId: request.containerId,
        request,
        endpoints: this.reserveEndpoints(request, undo),
        ports: [],
      };
      sandbox.ports = await this.publisher.reserve(sandbox, undo);
      this.table.set(sandbox);
      this.store.saveSandbox(sandbox);
      this.resolvers.add(sandbox);
    } catch (error) {
      this.table.delete(request.containerId);
      await undo.unwind();
      throw error;
    }
  }

  /** Fills the network namespace of process `pid` in, and publishes ports. @throws Conflict without `reserve`; System */
  async join(containerId: string, pid: number): Promise<void> {
    const sandbox = this.table.get(containerId);
    if (hasNamespace(sandbox)) {
      const dns = await this.resolvers.prepare(sandbox, pid);
      const request = { pid, cables: this.plugs.cables(sandbox.endpoints), routes: routesOf(sandbox), dns };
      const work = [this.driver.join(request), this.publisher.publish(sandbox), this.linkedPorts.update()];
      // Both have ended before a failure is told, so that `release` finds nothing under way.
      await Promise.allSettled(work);
      await Promise.all(work);
    }
    for (const endpoint of sandbox.endpoints) this.plugs.tell('connect', sandbox, endpoint);
  }

  /** Gives everything back; the links go with the container's namespace. A container that holds nothing is fine. */
  release(containerId: string): Promise<void> {
    return this.table.serially(containerId, () => this.releaseNow(containerId));
  }

  private async releaseNow(containerId: string): Promise<void> {
    const sandbox = this.table.find(containerId);
    if (!sandbox) return;
    this.table.delete(containerId);
    this.inherited.delete(containerId);
    this.resolvers.remove(sandbox);
    try {
      await Promise.all([this.publisher.unpublish(sandbox), this.linkedPorts.update()]);
    } finally {
      this.publisher.release(sandbox);
      for (const endpoint of sandbox.endpoints) releaseEndpoint(this.networks, endpoint);
      // A new run may have begun meanwhile; then the row is its own.
      if (!this.table.has(containerId)) this.store.deleteSandbox(containerId);
      for (const endpoint of sandbox.endpoints) this.plugs.tell('disconnect', sandbox, endpoint);
    }
  }

  /** Takes a container over that a former daemon left running: links, rules and DNS live on, ports are taken again. */
  async restore(request: SandboxRequest, pid: number): Promise<void> {
    const former = this.table.find(request.containerId);
    if (!former) throw systemError(`container ${request.name}: nothing is known of its network: restart it`);
    const { plugging, ...rest } = former;
    const sandbox: Sandbox = { ...rest, request };
    this.inherited.delete(request.containerId);
    this.table.set(sandbox);
    this.resolvers.add(sandbox);
    if (plugging) await this.unplug(sandbox, plugging, pid);
    await this.publisher.retake(sandbox);
    if (!hasNamespace(sandbox)) return;
    const dns = await this.resolvers.prepare(sandbox, pid);
    if (dns !== undefined) await this.driver.join({ pid, cables: [], routes: [], dns });
  }

  /** Releases what containers hold that are not among `running`: they ended while no daemon was there. */
  async retain(running: ReadonlySet<string>): Promise<void> {
    for (const containerId of this.inherited) if (!running.has(containerId)) await this.release(containerId);
  }

  /** Lets go of what outlives the daemon for the containers that go on. */
  async close(): Promise<void> {
    await this.resolvers.close();
  }

  /** Renames a running container for the others of its networks. */
  rename(containerId: string, name: string): void {
    const sandbox = this.table.find(containerId);
    if (!sandbox) return;
    const former = sandbox.request.name;
    const endpoints = sandbox.endpoints.map((one) => ({
      ...one,
      dnsNames: one.dnsNames.map((known) => (known === former ? name : known)),
    }));
    Object.assign(sandbox, { endpoints, request: { ...sandbox.request, name } });
    this.resolvers.add(sandbox);
    this.store.saveSandbox(sandbox);
  }

  /**
   * Publishes what a running container wants from now on. One that holds nothing is fine.
   * @throws InvalidParameter, System a port is taken; its ports are as they were then
   */
  republish(request: SandboxRequest): Promise<void> {
    return this.table.serially(request.containerId, async () => {
      const sandbox = this.table.find(request.containerId);
      if (!sandbox) return;
      const ports = await this.publisher.change(sandbox, request);
      Object.assign(sandbox, { request, ports });
      this.store.saveSandbox(sandbox);
      await this.linkedPorts.update();
    });
  }

  /** Takes a legacy link from a running container: its alias is told no more. */
  async unlink(containerId: string, link: string): Promise<void> {
    const sandbox = this.table.find(containerId);
    if (!sandbox) return;
    const links = sandbox.request.links.filter((each) => each !== link);
    Object.assign(sandbox, { request: { ...sandbox.request, links } });
    this.store.saveSandbox(sandbox);
    await this.linkedPorts.update();
  }

  /** A container's settings as inspect shows them: what it holds, else what it is configured to have. */
  settings(containerId: string, configured?: SandboxRequest): NetworkSettings {
    const sandbox = this.table.find(containerId);
    if (!sandbox) return configuredSettings(this.networks, configured);
    return runningSettings(this.shared(sandbox) ?? sandbox);
  }

  /** What goes to the container's /etc. @throws Conflict without `reserve` */
  async files(containerId: string): Promise<SandboxFiles> {
    const own = this.table.get(containerId);
    const sandbox = this.shared(own) ?? own;
    const inHostNetwork = sandbox.endpoints.some(({ networkName }) => networkName === 'host');
    const gateways = inHostNetwork ? this.config.hostGatewayIps : this.hostGateways();
    return {
      hosts: inHostNetwork
        ? await hostsFileOfHost(sandbox.request, gateways.length > 0 ? gateways : ['127.0.0.1'])
        : hostsFile(sandbox, linkLines(sandbox, this.list()), gateways),
      resolvConf: formatResolvConf(this.resolvers.configuration(sandbox, inHostNetwork)),
      hostname: hostnameFile(sandbox.request),
    };
  }

  /** For the running containers that are linked to this one, by their IDs: the lines of their /etc/hosts that tell of it. */
  linesAbout(containerId: string): Map<string, string[]> {
    const own = this.table.get(containerId);
    const linking = this.list().filter(({ request }) => request.links.length > 0);
    return new Map(linking.map((sandbox) => [sandbox.containerId, linkLines(sandbox, [own])]));
  }

  /** Everything containers hold now. */
  list(): Sandbox[] {
    return this.table.list();
  }

  /** The endpoints of running containers in a network. */
  endpointsIn(networkId: string): { sandbox: Sandbox; endpoint: Endpoint }[] {
    return this.list().flatMap((sandbox) =>
      sandbox.endpoints.filter((one) => one.networkId === networkId).map((endpoint) => ({ sandbox, endpoint })),
    );
  }

  /** The addresses of the host that containers reach it by. */
  private hostGateways(): readonly string[] {
    if (this.config.hostGatewayIps.length > 0) return this.config.hostGatewayIps;
    return (this.networks.get('bridge').inspect.IPAM.Config ?? []).flatMap(({ Gateway: gateway }) => gateway || []);
  }

  /** The sandbox of the container whose namespace this one uses. */
  private shared({ request }: Sandbox): Sandbox | undefined {
    const reference = sharedContainer(request.networkMode);
    if (!reference) return undefined;
    const owner = this.list().find(({ containerId, request: { name } }) => containerId === reference || name === reference);
    if (!owner) throw conflict(`cannot join network of a non running container: ${reference}`);
    return owner;
  }

  private reserveEndpoints(request: SandboxRequest, undo: Undo): Endpoint[] {
    if (sharedContainer(request.networkMode)) return [];
    const taken = new Set<string>();
    return wantedNetworks(this.networks, request).map(({ name, settings }, index) => {
      const network = this.networks.get(name);
      const interfaceName = interfaceNameOf(settings, network.inspect.Options, taken);
      taken.add(interfaceName);
      const wanted = {
        network,
        settings,
        interfaceName,
        macAddress: index === 0 ? request.macAddress : undefined,
      };
      return reserveEndpoint(this.networks, request, wanted, undo);
    });
  }

  /** Takes an endpoint away in the plugging in or unplugging of which a former daemon ended. */
  private async unplug(sandbox: Sandbox, endpoint: Endpoint, pid: number): Promise<void> {
    for (const cable of this.plugs.cables([endpoint])) await this.driver.unplug(pid, cable);
    await this.driver.setRoutes(pid, routesOf(sandbox));
    this.store.saveSandbox(sandbox);
  }

  /** Takes the addresses of an endpoint that a former daemon handed out. */
  private reclaim(endpoint: Endpoint): void {
    const record = this.networks.find(endpoint.networkId);
    for (const one of [endpoint.ipv4, endpoint.ipv6])
      if (record && one)
        this.networks
          .poolsOf(record)
          .find((pool) => pool.holds(one.address))
          ?.allocate(one.address);
  }
}

/** Whether the container has a network namespace of its own. */
function hasNamespace({ request, endpoints }: Sandbox): boolean {
  return !sharedContainer(request.networkMode) && !endpoints.some(({ networkName }) => networkName === 'host');
}
