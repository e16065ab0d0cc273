#include "network/flows.h"

#include "network/address.h"
#include "network/netlink.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

namespace slipway::flows {

namespace {

using Bytes = std::vector<uint8_t>;

/** A destination as the table has it: raw bytes. */
struct Wanted {
  uint8_t protocol = 0;
  /** In network order. */
  uint16_t port = 0;
  std::vector<Bytes> addresses;
};

constexpr uint16_t typeOf(unsigned message) {
  return static_cast<uint16_t>(NFNL_SUBSYS_CTNETLINK << 8 | message);
}

template <typename Value> bool holds(std::span<const uint8_t> attribute, Value value) {
  return attribute.size() == sizeof value && std::memcmp(attribute.data(), &value, sizeof value) == 0;
}

bool matches(std::span<const uint8_t> tuple, const Wanted& wanted) {
  const auto protocol = netlink::find(tuple, CTA_TUPLE_PROTO);
  if (!holds(netlink::find(protocol, CTA_PROTO_NUM), wanted.protocol)) return false;
  if (!holds(netlink::find(protocol, CTA_PROTO_DST_PORT), wanted.port)) return false;
  const auto addresses = netlink::find(tuple, CTA_TUPLE_IP);
  auto to = netlink::find(addresses, CTA_IP_V4_DST);
  if (to.empty()) to = netlink::find(addresses, CTA_IP_V6_DST);
  return std::ranges::any_of(wanted.addresses, [&](const Bytes& one) { return std::ranges::equal(one, to); });
}

nfgenmsg headerOf(uint8_t family) {
  nfgenmsg header{};
  header.nfgen_family = family;
  header.version = NFNETLINK_V0;
  return header;
}

/** The original tuples of all connections of `family` that came to one of `wanted`. */
int find(netlink::Socket& socket, uint8_t family, const std::vector<Wanted>& wanted, std::vector<Bytes>& found) {
  netlink::Request request(typeOf(IPCTNL_MSG_CT_GET), NLM_F_DUMP);
  request.fixed(headerOf(family));
  return socket.run(request, [&](uint16_t, std::span<const uint8_t> payload) {
    if (payload.size() < sizeof(nfgenmsg)) return;
    const auto tuple = netlink::find(payload.subspan(sizeof(nfgenmsg)), CTA_TUPLE_ORIG);
    if (std::ranges::any_of(wanted, [&](const Wanted& one) { return matches(tuple, one); }))
      found.emplace_back(tuple.begin(), tuple.end());
  });
}

int remove(netlink::Socket& socket, uint8_t family, const Bytes& tuple) {
  netlink::Request request(typeOf(IPCTNL_MSG_CT_DELETE), NLM_F_ACK);
  request.fixed(headerOf(family));
  request.attribute(CTA_TUPLE_ORIG | NLA_F_NESTED, tuple);
  return socket.run(request);
}

Status toWanted(const Destination& from, Wanted& out) {
  out.protocol = from.protocol;
  out.port = htons(from.port);
  for (const auto& text : from.addresses) {
    address::Address parsed;
    if (!address::parse(text, parsed)) return failure(EINVAL, "read address", text);
    const auto bytes = parsed.bytes();
    out.addresses.emplace_back(bytes.begin(), bytes.end());
  }
  return success();
}

} // namespace

Status forget(const std::vector<Destination>& destinations) {
  std::vector<Wanted> wanted(destinations.size());
  for (size_t i = 0; i < destinations.size(); ++i) SLIPWAY_TRY(toWanted(destinations[i], wanted[i]));
  netlink::Socket socket;
  SLIPWAY_TRY(socket.open(NETLINK_NETFILTER));
  for (const uint8_t family : {uint8_t{AF_INET}, uint8_t{AF_INET6}}) {
    std::vector<Bytes> found;
    if (const int error = find(socket, family, wanted, found); error != 0)
      return failure(error, "list the kernel's connections");
    for (const auto& tuple : found) {
      const int error = remove(socket, family, tuple);
      // It may have ended meanwhile.
      if (error != 0 && error != ENOENT) return failure(error, "forget a connection");
    }
  }
  return success();
}

} // namespace slipway::flows
