/** How a network's gateway treats packets of one family. */
export type GatewayMode = 'nat' | 'nat-unprotected' | 'routed' | 'isolated';

/** A network as a driver sees it. */
export interface NetworkSpec {
  readonly id: string;
  /** Name of the network's link on the host; '' where there is none. */
  readonly link: string;
  readonly subnets: readonly {
    /** Such as 172.17.0.0/16 or fd00:1::/64. */
    readonly subnet: string;
    /** The host's own address in it; '' when it is to have none. */
    readonly gateway: string;
  }[];
  /** Nothing gets in or out but through the host itself. */
  readonly internal: boolean;
  /** Containers of the network reach each other. */
  readonly interContainer: boolean;
  /** What leaves the network bears the host's address. */
  readonly masquerade: boolean;
  readonly modes: { readonly ipv4: GatewayMode; readonly ipv6: GatewayMode };
  /** Address of the host that what leaves the network bears; '' leaves the choice to the kernel. */
  readonly source: { readonly ipv4: string; readonly ipv6: string };
  /** Links of the host from which containers are reached directly. */
  readonly trusted: readonly string[];
  /** In bytes. */
  readonly mtu: number;
  /** Options as they were given, for those that one driver alone knows. */
  readonly options: Readonly<Record<string, string>>;
}

/** A container's place in a network, as a driver sees it. */
export interface EndpointSpec {
  /** Name of the interface in the container, such as eth0. */
  readonly interfaceName: string;
  /** Name for the host's end of it, at most 15 characters, unique on the host. */
  readonly hostName: string;
  /** Such as 02:42:ac:11:00:02. */
  readonly macAddress: string;
  /** address/prefix. */
  readonly addresses: readonly string[];
  /** Settings of the interface below /proc/sys/net, such as ipv4/conf/eth0/log_martians. */
  readonly sysctls: readonly { readonly name: string; readonly value: string }[];
}

/** How an endpoint is plugged in: described by its network's driver, done by the SandboxDriver, all at once. */
export interface Cable extends EndpointSpec {
  /** veth has its other end in the bridge `parent`; the others share the link `parent`. */
  readonly kind: 'veth' | 'macvlan' | 'ipvlan';
  readonly name: string;
  readonly parent: string;
  /** The kernel's number for the mode of macvlan and ipvlan. */
  readonly mode: number;
  /** The kernel's flags of ipvlan. */
  readonly flags: number;
  readonly mtu: number;
  readonly isolated: boolean;
}

/** A default route in a container. */
export interface Route {
  readonly family: 4 | 6;
  /** Address of the gateway; '' when the interface leads to everybody itself. */
  readonly via: string;
  /** The interface. */
  readonly link: string;
}

export type Protocol = 'tcp' | 'udp' | 'sctp';

/** A port of the host that leads to a port of a container. */
export interface PublishedPort {
  readonly protocol: Protocol;
  /** An address of the host; 0.0.0.0 and :: are all of them. */
  readonly hostIp: string;
  /** 0 when the container is reached by its own address (gateway mode routed). */
  readonly hostPort: number;
  /** Of the same family as `hostIp`. */
  readonly containerIp: string;
  readonly containerPort: number;
  /** Reached by this address of the same network alone, where the network keeps its containers apart; `hostPort` is 0 then. */
  readonly from?: string;
}

/**
 * Makes networks of one kind.
 *
 * await driver.restore(networks, ports);               // once, when the daemon starts
 * await driver.createNetwork(network);
 * const cable = driver.cable(network, endpoint);       // for the SandboxDriver
 * await driver.publish([port]);
 */
export interface NetworkDriver {
  /** As Docker calls it: bridge, host, null, macvlan, ipvlan. */
  readonly name: string;
  /** Whether there can be any number of networks of this kind, with addresses of their own. */
  readonly isMultiple: boolean;
  /** Checks what is asked of a network that is to be made. @throws InvalidParameter, Forbidden */
  check(network: NetworkSpec): void;
  /** What leads out of a network of this kind: a gateway, the link itself, or nothing. */
  exit(network: NetworkSpec): 'gateway' | 'link' | 'none';
  /**
   * Makes everything the driver needs on the host for `networks` and the `ports` of running containers, in one step,
   * whatever a former daemon left or somebody flushed. Traffic of running containers goes on.
   */
  restore(networks: readonly NetworkSpec[], ports: readonly PublishedPort[]): Promise<void>;
  /** Makes the host's side of a network. @throws System, and nothing is left */
  createNetwork(network: NetworkSpec): Promise<void>;
  /** Removes it; what is gone already is fine. */
  deleteNetwork(network: NetworkSpec): Promise<void>;
  /** How to plug `endpoint` in; undefined when the kind has nothing to plug. */
  cable(network: NetworkSpec, endpoint: EndpointSpec): Cable | undefined;
  /** Leads ports of the host to containers, all or none. */
  publish(ports: readonly PublishedPort[]): Promise<void>;
  /** Takes back what `publish` did; ports that lead nowhere are fine. */
  unpublish(ports: readonly PublishedPort[]): Promise<void>;
  /** Removes everything the driver has made on the host. */
  close(networks: readonly NetworkSpec[]): Promise<void>;
}

export interface JoinRequest {
  /** A process of the network namespace. */
  readonly pid: number;
  readonly cables: readonly Cable[];
  /** Default routes, at most one for each family. */
  readonly routes: readonly Route[];
  /** What the DnsDriver calls the container, when it is to serve port 53 of 127.0.0.11 there. */
  readonly dns: string | undefined;
}

/** Fills a container's network namespace. What it made goes when the namespace goes, without anyone's help. */
export interface SandboxDriver {
  /** Brings loopback up, plugs the cables in and sets routes. @throws System, and nothing is left on the host */
  join(request: JoinRequest): Promise<void>;
  /** Replaces the default routes of the namespace of process `pid`. */
  setRoutes(pid: number, routes: readonly Route[]): Promise<void>;
  /** Unplugs a cable from the namespace of process `pid`; one that is gone is fine. */
  unplug(pid: number, cable: Cable): Promise<void>;
}

/** An endpoint as others of its network find it. */
export interface DnsEndpoint {
  readonly id: string;
  readonly network: string;
  /** Name of the network, which may stand behind a container's. */
  readonly suffix: string;
  readonly ipv4: string | undefined;
  readonly ipv6: string | undefined;
  /** The container's own name first. */
  readonly names: readonly string[];
}

/** What one container may ask for. */
export interface DnsView {
  readonly id: string;
  /** IDs of networks. */
  readonly networks: readonly string[];
  /** Names of the container's own for others. */
  readonly links: readonly { readonly alias: string; readonly name: string }[];
  /** Servers to ask when a name is nobody's here. */
  readonly upstream: readonly string[];
}

/** Everything there is to be answered. */
export interface DnsPicture {
  readonly endpoints: readonly DnsEndpoint[];
  readonly views: readonly DnsView[];
}

/**
 * Answers the DNS questions of containers, in a process that outlives the daemon. Containers are served from the moment on
 * that both their view is set and a SandboxDriver has joined them to it, until they end.
 *
 * const served = await dns.open(picture, lost);        // undefined while none runs and none is needed
 * dns.setEndpoint(endpoint);                            // without a resolver these do nothing: the picture comes with `start`
 * await dns.start(picture);                             // before the first container that needs it
 */
export interface DnsDriver {
  /**
   * Connects to a resolver that a former daemon left, if there is one.
   * @param lost called when the resolver has ended by itself, or was ended
   * @returns the containers it serves
   */
  open(picture: () => DnsPicture, lost: () => void): Promise<ReadonlySet<string>>;
  /** Starts a resolver unless there is one. @throws System */
  start(): Promise<void>;
  setEndpoint(endpoint: DnsEndpoint): void;
  removeEndpoint(id: string): void;
  setView(view: DnsView): void;
  /** Ends a container's server. */
  removeView(id: string): void;
  /** Lets go of the resolver; it ends when it serves nobody. */
  close(): Promise<void>;
}

/** Nest token of the NetworkDrivers, an array with one for each kind. */
export const NETWORK_DRIVERS = Symbol('NetworkDrivers');
/** Nest token of the SandboxDriver. */
export const SANDBOX_DRIVER = Symbol('SandboxDriver');
/** Nest token of the DnsDriver. */
export const DNS_DRIVER = Symbol('DnsDriver');
