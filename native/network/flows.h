#pragma once

#include "libcontainer/status.h"

#include <cstdint>
#include <string>
#include <vector>

/** The kernel's table of connections (conntrack): what it remembers of packets is stronger than the rules. */
namespace slipway::flows {

/** Packets that came to one port of the host. */
struct Destination {
  /** IPPROTO_*. */
  uint8_t protocol = 0;
  std::vector<std::string> addresses;
  uint16_t port = 0;
};

/** Forgets connections to `destinations`, so that their next packet is led by the rules of now. */
Status forget(const std::vector<Destination>& destinations);

} // namespace slipway::flows
