#include "network/link.h"

#include <charconv>
#include <cstring>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>

namespace slipway::link {

bool parseMac(const std::string& text, MacAddress& out) {
  if (text.size() != 17) return false;
  for (size_t i = 0; i < out.size(); ++i) {
    const char* first = text.data() + i * 3;
    const auto [end, error] = std::from_chars(first, first + 2, out[i], 16);
    if (error != std::errc() || end != first + 2) return false;
    if (i + 1 < out.size() && *end != ':') return false;
  }
  return true;
}

static ifinfomsg linkHeader(unsigned index, unsigned flags = 0) {
  ifinfomsg fixed{};
  fixed.ifi_family = AF_UNSPEC;
  fixed.ifi_index = static_cast<int>(index);
  fixed.ifi_flags = flags;
  fixed.ifi_change = flags;
  return fixed;
}

/** Asks for the link called `name`. @param kind what it is, such as "bridge"; empty for a device */
static Status ask(netlink::Socket& socket, const std::string& name, unsigned& index, std::string& kind) {
  netlink::Request request(RTM_GETLINK, NLM_F_ACK);
  request.fixed(linkHeader(0));
  request.attribute(IFLA_IFNAME, std::string_view(name));
  const int error = socket.run(request, [&](uint16_t type, std::span<const uint8_t> payload) {
    if (type != RTM_NEWLINK || payload.size() < sizeof(ifinfomsg)) return;
    ifinfomsg fixed;
    std::memcpy(&fixed, payload.data(), sizeof fixed);
    index = static_cast<unsigned>(fixed.ifi_index);
    const auto info = netlink::find(payload.subspan(sizeof fixed), IFLA_LINKINFO);
    for (const uint8_t byte : netlink::find(info, IFLA_INFO_KIND))
      if (byte != 0) kind.push_back(static_cast<char>(byte));
  });
  return error == 0 ? success() : failure(error, "find link", name);
}

Status find(netlink::Socket& socket, const std::string& name, unsigned& index) {
  std::string kind;
  return ask(socket, name, index, kind);
}

Status createBridge(netlink::Socket& socket, const Bridge& bridge) {
  netlink::Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
  request.fixed(linkHeader(0, IFF_UP));
  request.attribute(IFLA_IFNAME, std::string_view(bridge.name));
  request.attribute(IFLA_MTU, bridge.mtu);
  // A fixed address: else the bridge takes the lowest of its ports' and changes it as containers come and go.
  request.attribute(IFLA_ADDRESS, bridge.mac);
  const size_t info = request.open(IFLA_LINKINFO);
  request.attribute(IFLA_INFO_KIND, std::string_view("bridge"));
  request.close(info);
  const int error = socket.run(request);
  if (error == 0) return success();
  if (error != EEXIST) return failure(error, "create bridge", bridge.name);
  unsigned index = 0;
  std::string kind;
  SLIPWAY_TRY(ask(socket, bridge.name, index, kind));
  if (kind != "bridge") return failure(ENOTSUP, "use as a bridge the link", bridge.name);
  return setUp(socket, index);
}

Status createVeth(netlink::Socket& socket, const Veth& veth) {
  netlink::Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
  request.fixed(linkHeader(0, IFF_UP));
  request.attribute(IFLA_IFNAME, std::string_view(veth.name));
  request.attribute(IFLA_MTU, veth.mtu);
  request.attribute(IFLA_MASTER, uint32_t{veth.bridge});
  const size_t info = request.open(IFLA_LINKINFO);
  request.attribute(IFLA_INFO_KIND, std::string_view("veth"));
  const size_t data = request.open(IFLA_INFO_DATA);
  const size_t peer = request.open(VETH_INFO_PEER);
  request.fixed(linkHeader(0));
  request.attribute(IFLA_IFNAME, std::string_view(veth.peer_name));
  request.attribute(IFLA_MTU, veth.mtu);
  request.attribute(IFLA_ADDRESS, veth.peer_mac);
  request.attribute(IFLA_NET_NS_FD, static_cast<uint32_t>(veth.peer_namespace));
  request.close(peer);
  request.close(data);
  request.close(info);
  const int error = socket.run(request);
  return error == 0 ? success() : failure(error, "create veth pair", veth.name);
}

Status createSlave(netlink::Socket& socket, const Slave& slave) {
  netlink::Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
  request.fixed(linkHeader(0));
  request.attribute(IFLA_IFNAME, std::string_view(slave.name));
  request.attribute(IFLA_MTU, slave.mtu);
  request.attribute(IFLA_LINK, uint32_t{slave.parent});
  request.attribute(IFLA_NET_NS_FD, static_cast<uint32_t>(slave.netns));
  const bool macvlan = slave.kind == "macvlan";
  if (macvlan) request.attribute(IFLA_ADDRESS, slave.mac);
  const size_t info = request.open(IFLA_LINKINFO);
  request.attribute(IFLA_INFO_KIND, std::string_view(slave.kind));
  const size_t data = request.open(IFLA_INFO_DATA);
  if (macvlan) {
    request.attribute(IFLA_MACVLAN_MODE, slave.mode);
  } else {
    const auto mode = static_cast<uint16_t>(slave.mode);
    const auto flags = static_cast<uint16_t>(slave.flags);
    request.attribute(IFLA_IPVLAN_MODE, &mode, sizeof mode);
    request.attribute(IFLA_IPVLAN_FLAGS, &flags, sizeof flags);
  }
  request.close(data);
  request.close(info);
  const int error = socket.run(request);
  return error == 0 ? success() : failure(error, macvlan ? "create macvlan link" : "create ipvlan link", slave.name);
}

Status createVlan(netlink::Socket& socket, const std::string& name, const std::string& parent, uint16_t id) {
  unsigned index = 0;
  SLIPWAY_TRY(find(socket, parent, index));
  netlink::Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
  request.fixed(linkHeader(0, IFF_UP));
  request.attribute(IFLA_IFNAME, std::string_view(name));
  request.attribute(IFLA_LINK, uint32_t{index});
  const size_t info = request.open(IFLA_LINKINFO);
  request.attribute(IFLA_INFO_KIND, std::string_view("vlan"));
  const size_t data = request.open(IFLA_INFO_DATA);
  request.attribute(IFLA_VLAN_ID, &id, sizeof id);
  request.close(data);
  request.close(info);
  const int error = socket.run(request);
  return error == 0 ? success() : failure(error, "create VLAN", name);
}

Status createDummy(netlink::Socket& socket, const std::string& name) {
  netlink::Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
  request.fixed(linkHeader(0, IFF_UP));
  request.attribute(IFLA_IFNAME, std::string_view(name));
  const size_t info = request.open(IFLA_LINKINFO);
  request.attribute(IFLA_INFO_KIND, std::string_view("dummy"));
  request.close(info);
  const int error = socket.run(request);
  return error == 0 ? success() : failure(error, "create dummy link", name);
}

Status configurePort(netlink::Socket& socket, const std::string& name, const Port& port) {
  unsigned index = 0;
  SLIPWAY_TRY(find(socket, name, index));
  netlink::Request request(RTM_SETLINK, NLM_F_ACK);
  ifinfomsg fixed = linkHeader(index);
  fixed.ifi_family = AF_BRIDGE;
  request.fixed(fixed);
  const size_t settings = request.open(IFLA_PROTINFO | NLA_F_NESTED);
  request.attribute(IFLA_BRPORT_MODE, static_cast<uint8_t>(port.hairpin));
  request.attribute(IFLA_BRPORT_ISOLATED, static_cast<uint8_t>(port.isolated));
  request.close(settings);
  const int error = socket.run(request);
  return error == 0 ? success() : failure(error, "configure bridge port", name);
}

Status setUp(netlink::Socket& socket, unsigned index) {
  netlink::Request request(RTM_NEWLINK, NLM_F_ACK);
  request.fixed(linkHeader(index, IFF_UP));
  const int error = socket.run(request);
  return error == 0 ? success() : failure(error, "set link up");
}

Status remove(netlink::Socket& socket, const std::string& name) {
  netlink::Request request(RTM_DELLINK, NLM_F_ACK);
  request.fixed(linkHeader(0));
  request.attribute(IFLA_IFNAME, std::string_view(name));
  const int error = socket.run(request);
  return error == 0 || error == ENODEV ? success() : failure(error, "remove link", name);
}

} // namespace slipway::link
