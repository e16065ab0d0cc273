import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { PacketFilterConfig } from '../../../base/config.js';
import { forbidden, invalidParameter } from '../../../base/errors.js';
import { network as native } from '../../../libcontainer/index.js';
import type { Cable, EndpointSpec, NetworkDriver, NetworkSpec, PublishedPort } from '../driver.js';
import { Admission } from './admission.js';
import { directElement, type Element, networkElements, portElements } from './elements.js';
import { Firewall } from './firewall.js';
import { NoPacketFilter, type PacketFilter } from './packet-filter.js';
import { setSysctl, setSysctlWhereKnown } from './sysctl.js';

/** Networks that are a Linux bridge each, with this daemon's own nftables table for what gets in and out of them. */
export class BridgeDriver implements NetworkDriver {
  readonly name = 'bridge';
  readonly isMultiple = true;
  private readonly firewall: PacketFilter;
  private readonly admission = new Admission();

  /**
   * @param table name of the nftables table, unique to this daemon
   * @param config what is done to the host's packet filter and routing
   */
  constructor(
    table: string,
    private readonly config: PacketFilterConfig,
  ) {
    this.firewall = config.ipv4 ? new Firewall(table) : new NoPacketFilter(table);
  }

  async restore(networks: readonly NetworkSpec[], ports: readonly PublishedPort[]): Promise<void> {
    const { ipv6, guardForwarding, acceptMark } = this.config;
    // A former daemon's table tells whether it was the one that made this host a router.
    const madeRouter = (await this.enableForwarding(networks)) || (await this.firewall.isGuarding());
    const options = { guardForwarding: madeRouter && guardForwarding, ipv4Only: !ipv6, acceptMark };
    await this.firewall.reset([...networks.flatMap(networkElements), ...this.elementsOf(ports)], options);
    await this.admit(networks);
    await Promise.all(networks.map(ensureLink));
  }

  check({ modes, internal, link, trusted }: NetworkSpec): void {
    if (link.length > 15) throw invalidParameter(`invalid bridge name ${link}: a link's name has at most 15 characters`);
    for (const name of trusted) if (!/^[^\s"/]{1,15}$/.test(name)) throw invalidParameter(`invalid trusted host interface: ${name}`);
    for (const mode of [modes.ipv4, modes.ipv6])
      if (mode === 'isolated' && !internal) throw forbidden('gateway mode "isolated" can only be used for an internal network');
  }

  exit({ internal }: NetworkSpec): 'gateway' | 'none' {
    return internal ? 'none' : 'gateway';
  }

  async createNetwork(network: NetworkSpec): Promise<void> {
    if (this.config.forwarding && network.subnets.some(isIpv6)) await setSysctlWhereKnown('ipv6/conf/all/forwarding', '1');
    const existed = existsSync(`/sys/class/net/${network.link}`);
    await this.firewall.add(networkElements(network));
    try {
      await ensureLink(network);
      await this.admit([network]);
    } catch (error) {
      if (!existed) await native.removeLink(network.link);
      await this.firewall.remove(networkElements(network));
      throw error;
    }
  }

  async deleteNetwork(network: NetworkSpec): Promise<void> {
    await native.removeLink(network.link);
    await this.admission.forget([network.link]);
    await this.firewall.remove(networkElements(network));
  }

  cable(network: NetworkSpec, endpoint: EndpointSpec): Cable {
    const { link: parent, mtu, interContainer } = network;
    return { ...endpoint, kind: 'veth', name: endpoint.interfaceName, parent, mode: 0, flags: 0, mtu, isolated: !interContainer };
  }

  async publish(ports: readonly PublishedPort[]): Promise<void> {
    await this.firewall.add(this.elementsOf(ports));
    await forgetFlows(ports);
  }

  async unpublish(ports: readonly PublishedPort[]): Promise<void> {
    await this.firewall.remove(this.elementsOf(ports));
    await forgetFlows(ports);
  }

  async close(networks: readonly NetworkSpec[]): Promise<void> {
    await Promise.all(networks.map(({ link }) => native.removeLink(link)));
    this.admission.stopWatching();
    await this.admission.forget(networks.map(({ link }) => link));
    await this.firewall.delete();
  }

  private elementsOf(ports: readonly PublishedPort[]): Element[] {
    const isDirect = ({ from }: PublishedPort) => this.config.directRouting && from === undefined;
    return ports.flatMap((port) => [...portElements(port), ...(isDirect(port) ? [directElement(port)] : [])]);
  }

  private async admit(networks: readonly NetworkSpec[]): Promise<void> {
    if (this.config.ipv4) await this.admission.admit(networks.map(({ link }) => link));
  }

  /** Lets the host route. @returns whether it did not before */
  private async enableForwarding(networks: readonly NetworkSpec[]): Promise<boolean> {
    if (!this.config.forwarding) return false;
    if (networks.some(({ subnets }) => subnets.some(isIpv6))) await setSysctlWhereKnown('ipv6/conf/all/forwarding', '1');
    return setSysctl('ipv4/ip_forward', '1');
  }
}

/**
 * A sender of datagrams that never pauses stays one connection in the kernel's eyes, which rules do not see again: it
 * would reach the port's former holder for ever.
 */
async function forgetFlows(ports: readonly PublishedPort[]): Promise<void> {
  const datagrams = ports.filter(({ protocol, hostPort }) => protocol !== 'tcp' && hostPort !== 0);
  if (datagrams.length === 0) return;
  const own = Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address.replace(/%.*/, '')));
  const addressesOf = (hostIp: string) => (hostIp === '0.0.0.0' || hostIp === '::' ? own : [hostIp]);
  await native.forgetFlows(
    datagrams.map(({ protocol, hostIp, hostPort }) => ({ protocol, addresses: addressesOf(hostIp), port: hostPort })),
  );
}

async function ensureLink(network: NetworkSpec): Promise<void> {
  const { id, link, mtu, subnets, interContainer } = network;
  const addresses = subnets.flatMap(({ subnet, gateway }) => (gateway ? [`${gateway}/${subnet.split('/')[1]}`] : []));
  const macAddress = ['02', '42', ...(id.match(/../g) ?? []).slice(0, 4)].join(':');
  // Rules come first and addresses last, so that a bridge is never open before it is guarded.
  await native.ensureBridge({ name: link, macAddress, mtu, addresses: [] });
  await setSysctl(`ipv4/conf/${link}/route_localnet`, '1');
  // Between containers that are kept apart the host passes on what links let pass: it answers for the one to the other.
  await setSysctl(`ipv4/conf/${link}/proxy_arp_pvlan`, interContainer ? '0' : '1');
  // Nobody else there would answer: the wait that lets others answer first is for nothing.
  if (!interContainer) await setSysctl(`ipv4/neigh/${link}/proxy_delay`, '0');
  await setSysctlWhereKnown(`ipv6/conf/${link}/accept_ra`, '0');
  await setSysctlWhereKnown(`ipv6/conf/${link}/disable_ipv6`, subnets.some(isIpv6) ? '0' : '1');
  await native.ensureBridge({ name: link, macAddress, mtu, addresses });
}

function isIpv6({ subnet }: { subnet: string }): boolean {
  return subnet.includes(':');
}
