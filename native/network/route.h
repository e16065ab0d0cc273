#pragma once

#include "network/netlink.h"

#include <string>

namespace slipway::route {

/** Where a default route leads: to a gateway, or to everybody behind a link. */
struct Way {
  /** AF_INET or AF_INET6. */
  uint8_t family = 0;
  /** Address of the gateway; empty when the link leads to everybody itself. */
  std::string via;
  std::string link;
};

/** Makes `way` the default route of its family, in place of any other. */
Status replaceDefault(netlink::Socket& socket, const Way& way);

/** Removes the default route of `family` (AF_INET, AF_INET6); none is fine. */
Status removeDefault(netlink::Socket& socket, uint8_t family);

} // namespace slipway::route
