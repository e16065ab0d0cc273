#pragma once

#include "resolver/loop.h"
#include "resolver/message.h"

#include <functional>
#include <string>
#include <vector>

namespace slipway::resolver {

/** A question that is passed on to other servers, one after the other until one answers. */
struct Forward {
  std::vector<std::string> servers;
  Bytes packet;
  /** Over TCP, else over UDP. */
  bool tcp = false;
  /** Network namespace from which servers are asked; those on a loopback address are the host's and are asked from
   * there. */
  int netns = -1;
  /** Called once, with the answer or with nothing when none came. */
  std::function<void(Bytes)> done;
};

void forward(Loop& loop, Forward request);

/** A packet as it travels over TCP: its length in two bytes in front (RFC 1035, 4.2.2). */
Bytes frame(const Bytes& packet);

/** Takes the first whole packet off a TCP stream; empty when there is none yet. */
Bytes unframe(Bytes& stream);

} // namespace slipway::resolver
