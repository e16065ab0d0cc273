#include "network/dns_socket.h"

#include "network/nftables.h"

#include <arpa/inet.h>
#include <bit>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>

namespace slipway::dns {

static constexpr const char* server = "127.0.0.11";

/** Makes a socket on a free port of the server's address and tells the port. */
static Status bindSocket(int type, Fd& out, uint16_t& port) {
  out = Fd(::socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!out) return failure("open DNS socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  ::inet_pton(AF_INET, server, &address.sin_addr);
  socklen_t size = sizeof address;
  auto* generic = std::bit_cast<sockaddr*>(&address);
  SLIPWAY_TRY(check(::bind(out.get(), generic, size), "bind DNS socket to", server));
  SLIPWAY_TRY(check(::getsockname(out.get(), generic, &size), "read port of DNS socket"));
  port = ntohs(address.sin_port);
  return success();
}

/** Rules of the container's own namespace; a table of that name from an earlier daemon is replaced. */
static std::string redirect(uint16_t udp, uint16_t tcp) {
  const std::string to = " dnat ip to " + std::string(server) + ":";
  return "add table ip slipway-dns\n"
         "delete table ip slipway-dns\n"
         "table ip slipway-dns {\n"
         "  chain output {\n"
         "    type nat hook output priority -100; policy accept;\n"
         "    ip daddr " +
         std::string(server) + " udp dport 53" + to + std::to_string(udp) +
         "\n"
         "    ip daddr " +
         std::string(server) + " tcp dport 53" + to + std::to_string(tcp) +
         "\n"
         "  }\n"
         "}\n";
}

Status bind(Sockets& out) {
  uint16_t udp = 0;
  uint16_t tcp = 0;
  SLIPWAY_TRY(bindSocket(SOCK_DGRAM, out.udp, udp));
  SLIPWAY_TRY(bindSocket(SOCK_STREAM, out.tcp, tcp));
  SLIPWAY_TRY(check(::listen(out.tcp.get(), 16), "listen on DNS socket"));
  const auto outcome = nftables::runHere(redirect(udp, tcp));
  return outcome.ok ? success() : failure(EIO, "redirect DNS to the embedded server", outcome.error);
}

} // namespace slipway::dns
