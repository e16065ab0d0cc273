#include "network/sandbox.h"

#include "network/address.h"
#include "network/namespace.h"
#include "network/route.h"

#include <sys/socket.h>

namespace slipway::sandbox {

static bool hasIpv6(const Interface& interface) {
  for (const auto& text : interface.addresses)
    if (text.find(':') != std::string::npos) return true;
  return false;
}

/**
 * Keeps IPv6 off where the network has none, and router advertisements off always: a neighbour could send them. A
 * kernel without IPv6 has no settings of it, nor has a link whose MTU is too small for it (RFC 8200: 1280).
 */
static Status confineIpv6(const Interface& interface) {
  const std::string folder = "ipv6/conf/" + interface.name + "/";
  if (::access(("/proc/sys/net/" + folder).c_str(), F_OK) < 0) return success();
  SLIPWAY_TRY(netns::writeSysctl(folder + "disable_ipv6", hasIpv6(interface) ? "0" : "1"));
  return netns::writeSysctl(folder + "accept_ra", "0");
}

/** Makes a link that shares the host's; it is born inside, so that nothing is left on the host. */
static Status share(const Fd& netns, const Interface& interface, netlink::Socket& host) {
  link::Slave slave{.kind = interface.kind,
                    .mode = interface.mode,
                    .flags = interface.flags,
                    .name = interface.name,
                    .mac = interface.mac,
                    .mtu = interface.mtu,
                    .netns = netns.get()};
  SLIPWAY_TRY(link::find(host, interface.parent, slave.parent));
  return link::createSlave(host, slave);
}

/** Makes the pair and puts the host's end, then noted in `made`, in its bridge. */
static Status plug(const Fd& netns, const Interface& interface, netlink::Socket& host, std::vector<std::string>& made) {
  if (interface.kind != "veth") return share(netns, interface, host);
  link::Veth veth{.name = interface.host_name,
                  .mtu = interface.mtu,
                  .peer_name = interface.name,
                  .peer_mac = interface.mac,
                  .peer_namespace = netns.get()};
  SLIPWAY_TRY(link::find(host, interface.parent, veth.bridge));
  SLIPWAY_TRY(link::createVeth(host, veth));
  made.push_back(interface.host_name);
  return link::configurePort(host, interface.host_name, interface.port);
}

/**
 * A link that shares the host's cannot be set up while another has its address: that of a container which has just
 * ended is there until the kernel has taken it away, in the background and telling nobody.
 */
static Status setUpWhenFree(netlink::Socket& inside, unsigned index) {
  constexpr int attempts = 500;
  constexpr useconds_t pause = 10'000;
  for (int attempt = 1;; attempt++) {
    const Status status = link::setUp(inside, index);
    if (status.error != EADDRINUSE || attempt == attempts) return status;
    ::usleep(pause);
  }
}

static Status configure(netlink::Socket& inside, const Interface& interface) {
  unsigned index = 0;
  SLIPWAY_TRY(confineIpv6(interface));
  SLIPWAY_TRY(link::find(inside, interface.name, index));
  for (const auto& text : interface.addresses) SLIPWAY_TRY(address::add(inside, index, text));
  for (const auto& [name, value] : interface.sysctls) SLIPWAY_TRY(netns::writeSysctl(name, value));
  return setUpWhenFree(inside, index);
}

static Status applyRoutes(netlink::Socket& inside, const std::vector<route::Way>& routes) {
  for (const auto& way : routes) SLIPWAY_TRY(route::replaceDefault(inside, way));
  return success();
}

/** A join under way: where it works and what it has made on the host so far. */
struct Progress {
  Fd netns;
  netlink::Socket host;
  std::vector<std::string> made;
};

static Status fill(const JoinRequest& request, Progress& progress, dns::Sockets& sockets) {
  netlink::Socket inside;
  SLIPWAY_TRY(inside.open());
  unsigned loopback = 0;
  SLIPWAY_TRY(link::find(inside, "lo", loopback));
  SLIPWAY_TRY(link::setUp(inside, loopback));
  for (const auto& interface : request.interfaces) {
    SLIPWAY_TRY(plug(progress.netns, interface, progress.host, progress.made));
    SLIPWAY_TRY(configure(inside, interface));
  }
  SLIPWAY_TRY(applyRoutes(inside, request.routes));
  return request.dns.socket.empty() ? success() : dns::bind(sockets);
}

Status join(const JoinRequest& request) {
  Progress progress;
  dns::Sockets sockets;
  SLIPWAY_TRY(netns::open(request.pid, progress.netns));
  SLIPWAY_TRY(progress.host.open());
  Status status = netns::inside(progress.netns, [&] { return fill(request, progress, sockets); });
  if (status.ok() && sockets.udp) status = dns::handOver(request.dns, request.pid, progress.netns, sockets);
  if (status.ok()) return status;
  for (const auto& name : progress.made) SLIPWAY_TRY(link::remove(progress.host, name));
  return status;
}

Status setRoutes(int pid, const std::vector<route::Way>& routes) {
  Fd netns;
  SLIPWAY_TRY(netns::open(pid, netns));
  return netns::inside(netns, [&] {
    netlink::Socket inside;
    SLIPWAY_TRY(inside.open());
    SLIPWAY_TRY(route::removeDefault(inside, AF_INET));
    SLIPWAY_TRY(route::removeDefault(inside, AF_INET6));
    return applyRoutes(inside, routes);
  });
}

Status removeLink(int pid, const std::string& name) {
  Fd netns;
  SLIPWAY_TRY(netns::open(pid, netns));
  return netns::inside(netns, [&] {
    netlink::Socket inside;
    SLIPWAY_TRY(inside.open());
    return link::remove(inside, name);
  });
}

} // namespace slipway::sandbox
