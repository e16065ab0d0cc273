#pragma once

#include "libcontainer/fd.h"
#include "libcontainer/status.h"

#include <cstdint>
#include <functional>
#include <linux/netlink.h>
#include <span>
#include <string_view>
#include <vector>

/** Requests to the kernel, built by type and answered; see netlink(7), rtnetlink(7) and RFC 3549. */
namespace slipway::netlink {

/** One request under construction: a header, the family's fixed part, then attributes. */
class Request {
public:
  /** @param flags NLM_F_* besides NLM_F_REQUEST */
  Request(uint16_t type, uint16_t flags);

  /** Appends the family's fixed part (ifinfomsg, ifaddrmsg, rtmsg). */
  template <typename Fixed> void fixed(const Fixed& part) { append(&part, sizeof part); }

  void attribute(uint16_t type, const void* data, size_t size);
  void attribute(uint16_t type, std::string_view text);
  void attribute(uint16_t type, uint32_t value);
  void attribute(uint16_t type, uint8_t value);
  void attribute(uint16_t type, std::span<const uint8_t> bytes);

  /** Opens a nested attribute; close it with what this returned. */
  size_t open(uint16_t type);
  void close(size_t nested);

  /** The finished message, numbered `sequence`. */
  std::span<const uint8_t> finish(uint32_t sequence);

private:
  void append(const void* data, size_t size);

  std::vector<uint8_t> bytes_;
};

/** The content of the attribute `type` among `attributes`; empty when it is not there. */
std::span<const uint8_t> find(std::span<const uint8_t> attributes, uint16_t type);

/** Called with the type and the payload (the fixed part, then attributes) of one message of an answer. */
using Reader = std::function<void(uint16_t type, std::span<const uint8_t> payload)>;

/** A netlink socket; it belongs to the network namespace in which it was opened. */
class Socket {
public:
  /** Opens the socket in the calling thread's network namespace. */
  Status open(int protocol = NETLINK_ROUTE);

  /** Sends `request` (which asks for an acknowledgement or is a dump) and reads to the end of the answer. */
  int run(Request& request, const Reader& read = {});

private:
  Fd fd_;
  uint32_t sequence_ = 0;
};

} // namespace slipway::netlink
