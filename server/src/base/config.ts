/** What the daemon was started with: flags over the config file over the defaults. Paths are absolute. */
export interface DaemonConfig {
  /** Where images, containers, volumes and the database live: dockerd's --data-root, and below it a folder for each remapped user. */
  readonly dataRoot: string;
  /** Where what does not outlive a boot lives: sockets, bundles, exit records (dockerd's --exec-root). */
  readonly execRoot: string;
  readonly pidfile: string;
  /** unix:///path, tcp://address:port and fd://; the first is the one told to people. */
  readonly hosts: readonly string[];
  /** address:port of the dashboard; undefined when it is switched off. */
  readonly dashboard: string | undefined;
  /** Host names the dashboard answers to besides localhost and literal addresses, such as those of a reverse proxy. */
  readonly dashboardNames?: readonly string[];
  /** Name of the default bridge's link, unique to this daemon. */
  readonly bridge: string;
  /** Address and prefix of the default bridge (--bip); undefined picks a free one. */
  readonly bip: string | undefined;
  readonly defaultBridge: DefaultBridgeConfig;
  readonly packetFilter: PacketFilterConfig;
  /** The daemon itself passes connections on that the kernel does not lead to a container, such as by ::1 (--userland-proxy). */
  readonly userlandProxy: boolean;
  /** What `host-gateway` stands for in extra hosts; the default bridge's own addresses when empty. */
  readonly hostGatewayIps: readonly string[];
  /** Options of new networks that do not say otherwise, by driver. */
  readonly defaultNetworkOptions: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Where subnets of new networks are picked from; Docker's own pools when empty. */
  readonly defaultAddressPools: readonly PoolTemplate[];
  /** Name of this daemon's own nftables table. */
  readonly nftablesTable: string;
  /** Parent of every container's cgroup, unique to this daemon. */
  readonly cgroupParent: string;
  /** Group that owns the unix sockets. */
  readonly group: string;
  readonly debug: boolean;
  /** What the daemon tells of itself; `debug` tells all. */
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  readonly logFormat: 'text' | 'json';
  /** Without colours. */
  readonly rawLogs: boolean;
  /** address:port on which Prometheus finds /metrics. */
  readonly metricsAddress?: string | undefined;
  readonly labels: readonly string[];
  readonly insecureRegistries: readonly string[];
  readonly registryMirrors: readonly string[];
  readonly dns: readonly string[];
  readonly dnsSearch: readonly string[];
  readonly dnsOptions: readonly string[];
  readonly maxConcurrentDownloads: number;
  readonly maxConcurrentUploads: number;
  /** Tries for what a registry does not give. */
  readonly maxDownloadAttempts: number;
  /** By which registries and downloads are reached; undefined leaves that to the environment. */
  readonly proxies: ProxyConfig;
  readonly storageDriver: 'overlay2' | 'vfs';
  /** Features by name, as they were switched on and off. */
  readonly features: Readonly<Record<string, boolean>>;
  /** Shown to clients, which then offer `docker build --squash`. */
  readonly experimental: boolean;
  /** Resources that a person gave this host, such as GPUs: shown to clients. */
  readonly genericResources: readonly GenericResource[];
  /** What is deleted of the build cache after a build, rule by rule. */
  readonly buildCacheRules: readonly BuildCacheRule[];
  /** Negative waits for ever. */
  readonly shutdownTimeoutSeconds: number;
  /** Containers go on when the daemon ends, and are taken over by the next one. */
  readonly liveRestore: boolean;
  /** Folders of the Container Device Interface's specs; the later win. */
  readonly cdiSpecDirs: readonly string[];
  readonly logDriver: string;
  readonly logOptions: Readonly<Record<string, string>>;
  /** Containers get an init of their own unless they say otherwise. */
  readonly init: boolean;
  /** The program on the host that is such an init (`/sbin/docker-init` in containers). */
  readonly initPath: string;
  /** OCI runtimes beside our own, by the names that containers choose them with. */
  readonly runtimes: Readonly<Record<string, OciRuntime>>;
  /** The one of containers that name none. */
  readonly defaultRuntime: string;
  readonly seccomp: SeccompDefault;
  /** What containers get that do not say otherwise. */
  readonly containers: ContainerDefaults;
  /** Whose IDs containers have instead of the host's (--userns-remap); undefined: the host's own. */
  readonly remappedUser: UserMapping | undefined;
  readonly tls: TlsConfig | undefined;
  /** Where people sign in besides the dashboard itself. */
  readonly oidc?: OidcConfig | undefined;
}

/** An OpenID provider, and what its groups come to here. */
export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined for a public client. */
  readonly clientSecret: string | undefined;
  /** What people call it, on the button. */
  readonly name: string;
  /** The claim that has the groups. */
  readonly groupsClaim: string;
  readonly roles: readonly OidcRole[];
}

/** The role of a group of the provider's, everywhere or in a Compose project; the group `*` is everybody there. */
export interface OidcRole {
  readonly group: string;
  readonly role: 'viewer' | 'operator' | 'admin';
  readonly project: string | undefined;
}

/** IDs that follow each other: what a container calls `containerID` and on is `hostID` and on. */
export interface IdRange {
  readonly containerID: number;
  readonly hostID: number;
  readonly size: number;
}

/** An account whose subordinate IDs containers have (subuid(5), user_namespaces(7)). */
export interface UserMapping {
  /** user:group */
  readonly name: string;
  readonly uids: readonly IdRange[];
  readonly gids: readonly IdRange[];
  /** The host's IDs of the containers' root. */
  readonly uid: number;
  readonly gid: number;
}

/** The command line of an OCI runtime, such as runc or crun. */
export interface OciRuntime {
  /** The program, absolute. */
  readonly path: string;
  /** What comes before every command of it. */
  readonly args: readonly string[];
}

/** What the default bridge is made with, besides its name and address. */
export interface DefaultBridgeConfig {
  /** Address of the host on which its ports are published when none is named (--ip). */
  readonly hostIp: string;
  readonly mtu: number;
  readonly ipv6: boolean;
  readonly interContainer: boolean;
  readonly masquerade: boolean;
  /** Part of the subnet that addresses are handed out from. */
  readonly fixedCidr: string | undefined;
  readonly fixedCidrV6: string | undefined;
  /** Its IPv6 address and prefix (--bip6). */
  readonly bip6: string | undefined;
  /** What leads out, where that is not the bridge itself. */
  readonly gateway: string | undefined;
  readonly gatewayV6: string | undefined;
}

/** What the daemon does to the host's packet filter and routing. */
export interface PacketFilterConfig {
  /** Rules are made at all (--iptables). */
  readonly ipv4: boolean;
  /** Rules for IPv6 are made (--ip6tables). */
  readonly ipv6: boolean;
  /** The host is made a router (--ip-forward). */
  readonly forwarding: boolean;
  /** A host that became a router by that forwards nothing but what is for containers (not --ip-forward-no-drop). */
  readonly guardForwarding: boolean;
  /** Published ports are reached at the container's own address too (--allow-direct-routing). */
  readonly directRouting: boolean;
  /** Packets with this mark are let through; numbers, as nft(8) reads them (--bridge-accept-fwmark). */
  readonly acceptMark: { readonly mark: string; readonly mask: string } | undefined;
}

export interface ProxyConfig {
  readonly http: string | undefined;
  readonly https: string | undefined;
  /** Hosts that are reached without one, separated by commas. */
  readonly none: string | undefined;
}

/** A number of something, or one with a name. */
export type GenericResource =
  | { readonly DiscreteResourceSpec: { readonly Kind: string; readonly Value: number } }
  | { readonly NamedResourceSpec: { readonly Kind: string; readonly Value: string } };

/** A rule of `builder.gc`. */
export interface BuildCacheRule {
  /** Also what images still stand on is forgotten. */
  readonly all: boolean;
  /** Bytes that may stay. */
  readonly keep: number;
  /** In the form of the API's `filters`. */
  readonly filters: Readonly<Record<string, readonly string[]>>;
}

/** The seccomp profile of containers that name none. */
export interface SeccompDefault {
  /** As `docker info` shows it: builtin, unconfined or a path. */
  readonly name: string;
  /** As `--security-opt seccomp=` takes it: builtin, unconfined or the profile's JSON. */
  readonly profile: string;
}

/** A subnet that is cut into subnets for networks. */
export interface PoolTemplate {
  /** Such as 172.30.0.0/16. */
  readonly base: string;
  /** Length of the prefix of each part. */
  readonly size: number;
}

/** Settings of containers that do not say otherwise. */
export interface ContainerDefaults {
  readonly ipcMode: 'private' | 'shareable';
  /** undefined: private where there is cgroup v2. */
  readonly cgroupnsMode: 'private' | 'host' | undefined;
  /** Bytes of /dev/shm. */
  readonly shmSize: number;
  readonly noNewPrivileges: boolean;
  readonly ulimits: readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[];
}

/** Files of the TLS listeners; `verify` asks clients for a certificate signed by `ca`. */
export interface TlsConfig {
  readonly ca: string | undefined;
  readonly cert: string;
  readonly key: string;
  readonly verify: boolean;
}

/** Nest token of the DaemonConfig. */
export const DAEMON_CONFIG = Symbol('DaemonConfig');
