#pragma once

#include "libcontainer/fd.h"
#include "libcontainer/status.h"

/** Handing a terminal's master end to whoever asked for it with --console-socket. */
namespace slipway::runtime::console_socket {

/** Connects to the unix socket at `path`. */
Status connect(const char* path, Fd& connection);

/** Sends the master end. */
Status send(int connection, int master);

} // namespace slipway::runtime::console_socket
