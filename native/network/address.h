#pragma once

#include "libcontainer/status.h"
#include "network/netlink.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>

namespace slipway::address {

/** An IPv4 or IPv6 address in network order, with the length of its prefix. */
struct Address {
  uint8_t family = 0;
  uint8_t prefix = 0;
  std::array<uint8_t, 16> octets{};

  std::span<const uint8_t> bytes() const;
};

/** Reads "172.17.0.2/16", "fd00::2/64" or an address alone (prefix = all its bits). @return false when it is neither */
bool parse(const std::string& text, Address& out);

/** Puts `text` (address/prefix) on link `index`; one that is there already is left as it is. */
Status add(netlink::Socket& socket, unsigned index, const std::string& text);

} // namespace slipway::address
