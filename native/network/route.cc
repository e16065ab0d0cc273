#include "network/route.h"

#include "network/address.h"
#include "network/link.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace slipway::route {

static rtmsg defaultRoute(uint8_t family) {
  rtmsg fixed{};
  fixed.rtm_family = family;
  fixed.rtm_table = RT_TABLE_MAIN;
  fixed.rtm_protocol = RTPROT_BOOT;
  fixed.rtm_scope = RT_SCOPE_UNIVERSE;
  fixed.rtm_type = RTN_UNICAST;
  return fixed;
}

Status replaceDefault(netlink::Socket& socket, const Way& way) {
  unsigned index = 0;
  SLIPWAY_TRY(link::find(socket, way.link, index));
  netlink::Request request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE | NLM_F_ACK);
  rtmsg fixed = defaultRoute(way.family);
  if (way.via.empty() && way.family == AF_INET) fixed.rtm_scope = RT_SCOPE_LINK;
  request.fixed(fixed);
  request.attribute(RTA_OIF, uint32_t{index});
  if (!way.via.empty()) {
    address::Address via;
    if (!address::parse(way.via, via) || via.family != way.family) return failure(EINVAL, "read gateway", way.via);
    request.attribute(RTA_GATEWAY, via.bytes());
  }
  const int error = socket.run(request);
  return error == 0 ? success() : failure(error, "add default route via", way.via.empty() ? way.link : way.via);
}

Status removeDefault(netlink::Socket& socket, uint8_t family) {
  netlink::Request request(RTM_DELROUTE, NLM_F_ACK);
  rtmsg fixed = defaultRoute(family);
  fixed.rtm_scope = RT_SCOPE_NOWHERE;
  fixed.rtm_protocol = RTPROT_UNSPEC;
  request.fixed(fixed);
  const int error = socket.run(request);
  const bool none = error == ESRCH || error == ENOENT;
  return error == 0 || none ? success() : failure(error, "remove default route");
}

} // namespace slipway::route
