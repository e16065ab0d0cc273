/** What the table says besides its elements. */
export interface TableOptions {
  /** The daemon switched forwarding on: nothing but our bridges is to be forwarded because of that. */
  readonly guardForwarding: boolean;
  /** IPv6 is left to others: nothing of it is filtered. */
  readonly ipv4Only?: boolean;
  /** Packets with this mark are let through. */
  readonly acceptMark?: { readonly mark: string; readonly mask: string } | undefined;
}

/** Comment of the rule that guards forwarding, by which it is found again. */
export const GUARD = 'this host was no router before';

/**
 * nft(8) commands that make `table` anew, empty of elements; a former one is replaced in the same transaction.
 *
 * A network is a few elements of sets and a published port is one element of a map, so the rules are the same ten
 * whatever runs; what every packet passes is compared before it is looked up. Drops are final among all tables of the host, accepts are not: what a chain in front refuses stays refused;
 * see user-table.ts.
 */
export function tableCommands(table: string, { guardForwarding, ipv4Only, acceptMark }: TableOptions): string {
  return `add table inet ${table}
delete table inet ${table}
table inet ${table} {
  set bridges { type ifname; }
  set same { type ifname . ifname; }
  set apart { type ifname . ifname; }
  set trusted { type ifname . ifname; }
  map into { type ifname : verdict; }
  map from { type ifname : verdict; }
  set loopback { type ipv4_addr . inet_proto . inet_service; }
${families(4, 'ipv4_addr')}${families(6, 'ipv6_addr')}
  chain raw {
    type filter hook prerouting priority raw; policy accept;
    ip saddr 127.0.0.0/8 iifname @bridges drop
    ip daddr 127.0.0.0/8 goto local
  }
  chain local {
    iifname @bridges drop comment "bridges route loopback addresses for published ports only"
    iifname != "lo" ip daddr . meta l4proto . th dport @loopback drop
  }
  chain publish {
    dnat ip to ip daddr . meta l4proto . th dport map @ports4
    dnat ip to meta l4proto . th dport map @any4
    dnat ip6 to ip6 daddr . meta l4proto . th dport map @ports6
    dnat ip6 to meta l4proto . th dport map @any6
  }
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    ip daddr 127.0.0.0/8 return
    fib daddr type local jump publish
  }
  chain output {
    type nat hook output priority -100; policy accept;
    ip6 daddr ::1 return comment "cannot be routed on; the daemon listens there and passes on"
    fib daddr type local jump publish
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr . oifname != @own4 snat to ip saddr map @source4
    ip6 saddr . oifname != @own6 snat to ip6 saddr map @source6
    ip saddr @masquerade4 ip saddr . oifname != @own4 masquerade
    ip6 saddr @masquerade6 ip6 saddr . oifname != @own6 masquerade
    ct status dnat ip saddr . oifname @own4 masquerade comment "a container that reaches its own network by the host"
    ct status dnat ip6 saddr . oifname @own6 masquerade
    oifname @bridges ip saddr 127.0.0.0/8 masquerade
  }
  chain published {
    ct state established,related accept
    iifname . oifname @same accept
    ct status dnat accept
    iifname . oifname @apart goto linked
    iifname . oifname @trusted accept
    ip daddr @open4 accept
    ip6 daddr @open6 accept
    ip daddr . meta l4proto . th dport @direct4 accept
    ip6 daddr . meta l4proto . th dport @direct6 accept
    ip daddr @routed4 icmp type echo-request accept
    ip6 daddr @routed6 icmpv6 type echo-request accept
    drop
  }
  chain linked {
    ip saddr . ip daddr . meta l4proto . th dport @linked4 accept
    ip6 saddr . ip6 daddr . meta l4proto . th dport @linked6 accept
    drop
  }
  chain closed {
    iifname . oifname @same accept
    drop
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
${ipv4Only ? '    meta nfproto ipv6 accept\n' : ''}${acceptMark ? `    meta mark and ${acceptMark.mask} == ${acceptMark.mark} accept\n` : ''}    iifname vmap @from
    oifname vmap @into
${guardForwarding ? '    iifname != @bridges drop comment "${GUARD}"\n' : ''}  }
}
`;
}

function families(family: 4 | 6, type: string): string {
  return `  map ports${family} { type ${type} . inet_proto . inet_service : ${type} . inet_service; }
  map any${family} { type inet_proto . inet_service : ${type} . inet_service; }
  set masquerade${family} { type ${type}; flags interval; }
  map source${family} { type ${type} : ${type}; flags interval; }
  set open${family} { type ${type}; flags interval; }
  set routed${family} { type ${type}; flags interval; }
  set direct${family} { type ${type} . inet_proto . inet_service; }
  set linked${family} { type ${type} . ${type} . inet_proto . inet_service; }
  set own${family} { type ${type} . ifname; flags interval; }
`;
}
