#pragma once

#include "libcontainer/fd.h"
#include "shim/protocol.h"

#include <fcntl.h>

namespace slipway::shim {

/** The descriptors a shim was started with; taken before it opens any, since one that is absent leaves its number free.
 */
struct Given {
  Fd control = take(protocol::control);
  Fd stream = take(protocol::stream);
  Fd options = take(protocol::options);
  Fd filter = take(protocol::filter);

private:
  static Fd take(int fd) { return Fd(fcntl(fd, F_GETFD) < 0 ? -1 : fd); }
};

} // namespace slipway::shim
