import { Inject, Injectable } from '@nestjs/common';
import type { EndpointSettings } from '../api/generated/types.gen.js';
import { forbidden } from '../base/errors.js';
import { Undo } from '../base/undo.js';
import { SANDBOX_DRIVER, type SandboxDriver } from '../drivers/networkdriver/driver.js';
import { Networks } from './networks.js';
import { releaseEndpoint, reserveEndpoint } from './sandbox/endpoint.js';
import { gatewayEndpoint, routesOf } from './sandbox/gateway.js';
import { interfaceNameOf } from './sandbox/interface-options.js';
import { Plugs } from './sandbox/plugs.js';
import { PortPublisher } from './sandbox/publisher.js';
import { Resolvers } from './sandbox/resolvers.js';
import { type Endpoint, type Sandbox, sharedContainer } from './sandbox/sandbox.js';
import { SandboxTable } from './sandbox/table.js';
import { NetworkStore } from './store.js';

/** Networks that running containers are connected to and disconnected from. */
@Injectable()
export class Connections {
  constructor(
    private readonly networks: Networks,
    private readonly store: NetworkStore,
    private readonly table: SandboxTable,
    private readonly plugs: Plugs,
    private readonly publisher: PortPublisher,
    private readonly resolvers: Resolvers,
    @Inject(SANDBOX_DRIVER) private readonly driver: SandboxDriver,
  ) {}

  /**
   * Connects a running container to a network.
   * @throws Forbidden it is connected already, or shares its namespace; Conflict it ended; InvalidParameter; System
   */
  connect(containerId: string, network: string, settings: EndpointSettings, pid: number): Promise<void> {
    return this.whileRunning(containerId, (sandbox) => this.connectNow(sandbox, network, settings, pid));
  }

  /** Disconnects a running container from a network. @throws Forbidden when it is not connected to it, Conflict it ended */
  disconnect(containerId: string, network: string, pid: number): Promise<void> {
    return this.whileRunning(containerId, (sandbox) => this.disconnectNow(sandbox, network, pid));
  }

  /** What a container holds is not released before `work` has ended. */
  private whileRunning(containerId: string, work: (sandbox: Sandbox) => Promise<void>): Promise<void> {
    return this.table.serially(containerId, () => work(this.table.get(containerId)));
  }

  private async connectNow(sandbox: Sandbox, network: string, settings: EndpointSettings, pid: number): Promise<void> {
    const record = this.networks.get(network);
    const { Name: name } = record.inspect;
    if (sharedContainer(sandbox.request.networkMode))
      throw forbidden('container sharing network namespace with another container or host cannot be connected to any other network');
    if (sandbox.endpoints.some(({ networkId }) => networkId === record.inspect.Id))
      throw forbidden(`endpoint with name ${sandbox.request.name} already exists in network ${name}`);
    const undo = new Undo();
    try {
      const endpoint = reserveEndpoint(
        this.networks,
        sandbox.request,
        { network: record, settings, interfaceName: interfaceNameOf(settings, record.inspect.Options, interfacesOf(sandbox)) },
        undo,
      );
      const after = { ...sandbox, endpoints: [...sandbox.endpoints, endpoint] };
      const dns = await this.resolvers.prepare(after, pid);
      if (dns !== undefined) undo.add(dns, () => this.resolvers.unprepare(dns));
      const cables = this.plugs.cables([endpoint]);
      undo.add(this.plug(sandbox, endpoint), () => this.store.saveSandbox(sandbox));
      await this.driver.join({ pid, cables, routes: [], dns });
      for (const cable of cables) undo.add(cable, () => this.driver.unplug(pid, cable));
      undo.add(endpoint, () => this.resolvers.forget(endpoint));
      undo.add(sandbox.endpoints, () => (sandbox.endpoints = after.endpoints.slice(0, -1)));
      await this.changeEndpoints(sandbox, after.endpoints, pid);
      this.plugs.tell('connect', sandbox, endpoint);
    } catch (error) {
      await undo.unwind();
      throw error;
    }
  }

  private async disconnectNow(sandbox: Sandbox, network: string, pid: number): Promise<void> {
    const { Id: id, Name: name } = this.networks.get(network).inspect;
    const endpoint = sandbox.endpoints.find(({ networkId }) => networkId === id);
    if (!endpoint) throw forbidden(`container ${sandbox.containerId} is not connected to network ${name}`);
    if (name === 'host') throw forbidden('container cannot be disconnected from host network or connected to host network');
    this.plug(sandbox, endpoint);
    for (const cable of this.plugs.cables([endpoint])) await this.driver.unplug(pid, cable);
    await this.changeEndpoints(
      sandbox,
      sandbox.endpoints.filter((one) => one !== endpoint),
      pid,
    );
    this.resolvers.forget(endpoint);
    releaseEndpoint(this.networks, endpoint);
    this.plugs.tell('disconnect', sandbox, endpoint);
  }

  /** Saves that something is being done to an endpoint: should the daemon end meanwhile, the next one unplugs it. */
  private plug(sandbox: Sandbox, endpoint: Endpoint): Endpoint {
    const endpoints = sandbox.endpoints.filter((one) => one !== endpoint);
    this.store.saveSandbox({ ...sandbox, endpoints, plugging: endpoint });
    return endpoint;
  }

  /** Routes, published ports and names follow the endpoints. */
  private async changeEndpoints(sandbox: Sandbox, endpoints: readonly Endpoint[], pid: number): Promise<void> {
    const ways = () => (['ipv4', 'ipv6'] as const).map((family) => gatewayEndpoint(sandbox, family));
    const before = ways();
    sandbox.endpoints = endpoints;
    await this.driver.setRoutes(pid, routesOf(sandbox));
    if (ways().some((way, index) => way !== before[index])) await this.publisher.redirect(sandbox);
    this.resolvers.add(sandbox);
    this.store.saveSandbox(sandbox);
  }
}

function interfacesOf({ endpoints }: Sandbox): ReadonlySet<string> {
  return new Set(endpoints.map(({ interfaceName }) => interfaceName));
}
