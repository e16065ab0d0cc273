#include "network/address.h"

#include <arpa/inet.h>
#include <charconv>
#include <cstring>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

namespace slipway::address {

std::span<const uint8_t> Address::bytes() const {
  return {octets.data(), family == AF_INET ? size_t{4} : size_t{16}};
}

bool parse(const std::string& text, Address& out) {
  const size_t slash = text.find('/');
  const std::string host = text.substr(0, slash);
  out.family = host.find(':') == std::string::npos ? AF_INET : AF_INET6;
  if (::inet_pton(out.family, host.c_str(), out.octets.data()) != 1) return false;
  const unsigned bits = out.family == AF_INET ? 32 : 128;
  unsigned prefix = bits;
  if (slash != std::string::npos) {
    const char* first = text.data() + slash + 1;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(first, last, prefix);
    if (error != std::errc() || end != last || prefix > bits) return false;
  }
  out.prefix = static_cast<uint8_t>(prefix);
  return true;
}

static std::array<uint8_t, 4> broadcastOf(const Address& address) {
  uint32_t host = 0;
  std::memcpy(&host, address.octets.data(), sizeof host);
  if (address.prefix < 32) host |= htonl(0xffffffffU >> address.prefix);
  std::array<uint8_t, 4> octets{};
  std::memcpy(octets.data(), &host, sizeof host);
  return octets;
}

Status add(netlink::Socket& socket, unsigned index, const std::string& text) {
  Address address;
  if (!parse(text, address)) return failure(EINVAL, "read address", text);
  netlink::Request request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
  ifaddrmsg fixed{};
  fixed.ifa_family = address.family;
  fixed.ifa_prefixlen = address.prefix;
  fixed.ifa_index = index;
  request.fixed(fixed);
  request.attribute(IFA_LOCAL, address.bytes());
  request.attribute(IFA_ADDRESS, address.bytes());
  if (address.family == AF_INET) {
    request.attribute(IFA_BROADCAST, broadcastOf(address));
  } else {
    // The address was allocated, so nobody else has it; waiting for the duplicate check would delay the container.
    request.attribute(IFA_FLAGS, uint32_t{IFA_F_NODAD});
  }
  const int error = socket.run(request);
  return error == 0 || error == EEXIST ? success() : failure(error, "add address", text);
}

} // namespace slipway::address
