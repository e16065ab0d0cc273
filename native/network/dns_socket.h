#pragma once

#include "libcontainer/fd.h"
#include "libcontainer/status.h"

namespace slipway::dns {

/** The sockets on which a container's embedded DNS server is asked. */
struct Sockets {
  Fd udp;
  /** Listening. */
  Fd tcp;
};

/**
 * Binds the embedded DNS server of the calling thread's network namespace to 127.0.0.11, whose loopback is up.
 * The sockets sit on free ports and port 53 is redirected to them, so that a container may run a DNS server of its own.
 */
Status bind(Sockets& out);

} // namespace slipway::dns
