/**
 * Links, addresses, routes and the packet filter. Everything runs off the main thread; a refusal of the kernel rejects
 * with an Error that has `code` (such as 'ENODEV'), `syscall` (what was attempted) and `path` (on which object).
 */

export interface Bridge {
  /** Name of the link, at most 15 characters. */
  readonly name: string;
  /** Such as 02:42:ac:11:00:01. */
  readonly macAddress: string;
  /** In bytes. */
  readonly mtu: number;
  /** The host's own addresses on it, address/prefix. */
  readonly addresses: readonly string[];
}

export interface Interface {
  /** veth: the other end is in a bridge of the host. macvlan, ipvlan: it shares a link of the host. */
  readonly kind: 'veth' | 'macvlan' | 'ipvlan';
  /** Name in the container, such as eth0. */
  readonly name: string;
  /** Name of the other end of a veth pair on the host, at most 15 characters. */
  readonly hostName: string;
  readonly macAddress: string;
  /** The host's bridge it is plugged into, or the link it shares. */
  readonly parent: string;
  /** MACVLAN_MODE_* or IPVLAN_MODE_* of if_link.h; 0 for veth. */
  readonly mode: number;
  /** IPVLAN_F_* of if_link.h. */
  readonly flags: number;
  readonly mtu: number;
  /** address/prefix, IPv4 and IPv6; IPv6 is off on the interface when there is none of its kind. */
  readonly addresses: readonly string[];
  /** Settings in the container below /proc/sys/net, such as ipv4/conf/eth0/log_martians, set before the link is up. */
  readonly sysctls: readonly { readonly name: string; readonly value: string }[];
  /** Containers of this bridge do not reach each other. */
  readonly isolated: boolean;
}

/** A default route. */
export interface Route {
  readonly family: 4 | 6;
  /** Address of the gateway; '' when the link leads to everybody itself. */
  readonly via: string;
  /** Name of the interface in the container. */
  readonly link: string;
}

export interface JoinRequest {
  /** A process of the network namespace; with its end the DNS server ends too. */
  readonly pid: number;
  readonly interfaces: readonly Interface[];
  /** At most one for each family. */
  readonly routes: readonly Route[];
  /** Who serves port 53 of 127.0.0.11 in it: path of the resolver's socket, and what it calls this container. */
  readonly dns: { readonly socket: string; readonly sandbox: string } | undefined;
}

/** Brings loopback up and plugs interfaces in (veth(4)); undone on the host when a step fails. */
export function join(request: JoinRequest): Promise<void>;

/** Sets the default routes of a process's namespace; a family without one has none afterwards. */
export function setRoutes(pid: number, routes: readonly Route[]): Promise<void>;

/** Removes an interface from the namespace of a process; none of that name is fine. */
export function removeLinkInside(pid: number, name: string): Promise<void>;

/** Makes VLAN `id` of the host's link `parent`, up. Rejects with EEXIST when the name is taken. */
export function createVlan(name: string, parent: string, id: number): Promise<void>;

/** Makes a link of the host that leads nowhere, up. Rejects with EEXIST when the name is taken. */
export function createDummy(name: string): Promise<void>;

/** Makes a bridge or takes over the one of that name. Rejects with ENOTSUP when the link is of another kind. */
export function ensureBridge(bridge: Bridge): Promise<void>;

/** Removes a link of the host; none of that name is fine. */
export function removeLink(name: string): Promise<void>;

/** Runs nft(8) commands as one transaction. Resolves to what they printed; rejects with nft's words. */
export function nft(commands: string): Promise<string>;

/** Packets that came to a port of the host. */
export interface FlowDestination {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly addresses: readonly string[];
  readonly port: number;
}

/** Makes the kernel forget connections, so that their next packet is led by the rules of now. */
export function forgetFlows(destinations: readonly FlowDestination[]): Promise<void>;

/**
 * Calls `changed` when another process has deleted something of tables of the packet filter (named without their family), or,
 * where `newChains` asks for it, has added a chain to them, until the returned function is called. Does not keep the process alive. Throws when the kernel does not let it listen.
 */
export function watchFilter(tables: readonly string[], newChains: boolean, changed: () => void): () => void;
