#pragma once

#include "network/netlink.h"

#include <array>
#include <cstdint>
#include <string>

namespace slipway::link {

using MacAddress = std::array<uint8_t, 6>;

/** Reads "02:42:ac:11:00:02". @return false when it is no Ethernet address */
bool parseMac(const std::string& text, MacAddress& out);

/** Finds the index of the link called `name`; ENODEV when there is none. */
Status find(netlink::Socket& socket, const std::string& name, unsigned& index);

struct Bridge {
  std::string name;
  MacAddress mac{};
  uint32_t mtu = 1500;
};

/** Makes a bridge; one of that name that exists stays. ENOTSUP when the name belongs to a link of another kind. */
Status createBridge(netlink::Socket& socket, const Bridge& bridge);

struct Veth {
  std::string name;
  uint32_t mtu = 1500;
  /** Index of the bridge the host's end belongs to. */
  unsigned bridge = 0;
  std::string peer_name;
  MacAddress peer_mac{};
  /** Network namespace in which the peer is born. */
  int peer_namespace = -1;
};

/** Makes a veth pair, the host's end up in the bridge, the peer down in its namespace. */
Status createVeth(netlink::Socket& socket, const Veth& veth);

/** A link that shares the card of another one on the host. */
struct Slave {
  /** macvlan or ipvlan. */
  std::string kind;
  /** MACVLAN_MODE_* or IPVLAN_MODE_*. */
  uint32_t mode = 0;
  /** IPVLAN_F_*. */
  uint32_t flags = 0;
  std::string name;
  /** Left to the kernel where the kind has none of its own. */
  MacAddress mac{};
  uint32_t mtu = 1500;
  /** Index of the link it shares. */
  unsigned parent = 0;
  /** Network namespace in which it is born. */
  int netns = -1;
};

/** Makes a macvlan or ipvlan link, down, in a namespace. */
Status createSlave(netlink::Socket& socket, const Slave& slave);

/** Makes the VLAN `id` of link `parent`, up. EEXIST when the name is taken. */
Status createVlan(netlink::Socket& socket, const std::string& name, const std::string& parent, uint16_t id);

/** Makes a link that leads nowhere, up. EEXIST when the name is taken. */
Status createDummy(netlink::Socket& socket, const std::string& name);

/** Settings of a bridge port. */
struct Port {
  /** Frames may go out where they came in: a container reaches itself through its published port. */
  bool hairpin = true;
  /** The port reaches no other isolated port: containers do not talk to each other. */
  bool isolated = false;
};

Status configurePort(netlink::Socket& socket, const std::string& name, const Port& port);

Status setUp(netlink::Socket& socket, unsigned index);

/** Removes the link called `name`; none is fine. */
Status remove(netlink::Socket& socket, const std::string& name);

} // namespace slipway::link
