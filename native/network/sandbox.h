#pragma once

#include "libcontainer/status.h"
#include "network/handover.h"
#include "network/link.h"
#include "network/route.h"

#include <string>
#include <utility>
#include <vector>

/** What a container's network namespace is filled with. */
namespace slipway::sandbox {

/** One network card of a container. */
struct Interface {
  /** veth, whose other end is in a bridge of the host; macvlan or ipvlan, which share a link of the host. */
  std::string kind = "veth";
  /** Name inside, such as eth0. */
  std::string name;
  /** Name of the host's end of a veth pair. */
  std::string host_name;
  link::MacAddress mac{};
  /** The bridge, or the link that is shared. */
  std::string parent;
  /** Of macvlan and ipvlan. */
  uint32_t mode = 0;
  /** Of ipvlan. */
  uint32_t flags = 0;
  uint32_t mtu = 1500;
  /** address/prefix, IPv4 and IPv6. */
  std::vector<std::string> addresses;
  /** Settings of its own below /proc/sys/net, by name. */
  std::vector<std::pair<std::string, std::string>> sysctls;
  link::Port port;
};

struct JoinRequest {
  int pid = 0;
  std::vector<Interface> interfaces;
  /** Default routes, one for each family; empty leaves what is there. */
  std::vector<route::Way> routes;
  /** Who is to serve the embedded DNS server, when there is to be one. */
  dns::Recipient dns;
};

/**
 * Brings loopback up in the network namespace of a process and gives it interfaces, routes and its DNS server.
 * What was made on the host is removed again when a step fails.
 */
Status join(const JoinRequest& request);

/** Sets the default routes of a process's namespace; a family without one has none afterwards. */
Status setRoutes(int pid, const std::vector<route::Way>& routes);

/** Removes the link called `name` from the namespace of a process; one that is gone is fine. */
Status removeLink(int pid, const std::string& name);

} // namespace slipway::sandbox
