#pragma once

#include "libcontainer/status.h"
#include "network/dns_socket.h"

#include <string>

namespace slipway::dns {

/** Who is to be given a container's sockets. */
struct Recipient {
  /** Path of the resolver's unix socket; see resolver/control.h. */
  std::string socket;
  /** What the resolver knows the container by. */
  std::string sandbox;
};

/** Gives `sockets` to the resolver, with the network namespace and the process `pid` they belong to; waits until it has
 * them. */
Status handOver(const Recipient& recipient, int pid, const Fd& netns, const Sockets& sockets);

} // namespace slipway::dns
