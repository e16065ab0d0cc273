import type { Flag } from './flag.js';

/** What there is to say about networks, names and ports. */
export const NETWORK_FLAGS = {
  bridge: { kind: 'string', short: 'b', help: 'Name of the default bridge' },
  bip: { kind: 'string', help: 'Address of the default bridge, such as 172.30.0.1/16' },
  bip6: { kind: 'string', help: 'IPv6 address of the default bridge, such as fd00:30::1/64' },
  'fixed-cidr': { kind: 'string', help: "Part of the default bridge's subnet for containers, such as 172.30.4.0/24" },
  ipv6: { kind: 'boolean', help: 'IPv6 on the default bridge' },
  'fixed-cidr-v6': { kind: 'string', help: 'IPv6 subnet of the default bridge; made up unless given' },
  'default-gateway': { kind: 'string', help: 'What leads out of the default bridge, where that is not the bridge itself' },
  'default-gateway-v6': { kind: 'string', help: 'The same for IPv6' },
  ip: { kind: 'string', help: 'Address of the host on which ports of the default bridge are published' },
  mtu: { kind: 'number', help: 'MTU of the default bridge' },
  icc: { kind: 'boolean', help: 'Containers of the default bridge reach each other (default)' },
  'ip-masq': { kind: 'boolean', help: 'Containers of the default bridge go out under the address of the host (default)' },
  'ip-forward': { kind: 'boolean', help: 'Make the host a router (default)' },
  'ip-forward-no-drop': { kind: 'boolean', help: 'Let a host that became a router by that forward what is not for containers' },
  iptables: { kind: 'boolean', help: 'Make rules in the packet filter (default); they are made with nftables' },
  ip6tables: { kind: 'boolean', help: 'Make rules for IPv6 (default)' },
  'allow-direct-routing': { kind: 'boolean', help: "Let published ports be reached at the containers' own addresses too" },
  'bridge-accept-fwmark': { kind: 'string', help: 'MARK or MARK/MASK of packets that are let through to and from containers' },
  'userland-proxy': {
    kind: 'boolean',
    help: 'Pass connections on to containers that the kernel does not lead there, such as by ::1 (default)',
  },
  'default-address-pool': {
    kind: 'pools',
    file: 'default-address-pools',
    help: 'base=SUBNET,size=PREFIX from which subnets of networks are picked; repeatable',
  },
  'default-network-opt': {
    kind: 'free',
    file: 'default-network-opts',
    help: 'driver=option=value of new networks that do not say otherwise; repeatable',
  },
  dns: { kind: 'strings', help: 'Name server for containers; repeatable' },
  'dns-search': { kind: 'strings', help: 'Search domain for containers; repeatable' },
  'dns-opt': { kind: 'strings', file: 'dns-opts', help: 'Resolver option for containers; repeatable' },
  'host-gateway-ip': {
    kind: 'strings',
    file: 'host-gateway-ips',
    help: "What host-gateway stands for in --add-host, instead of the default bridge's address; one of each family",
  },
} as const satisfies Record<string, Flag>;
