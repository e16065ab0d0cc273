#pragma once

#include "shim/given.h"

namespace slipway::shim {

/**
 * Runs one more process in a container and supervises it to its end. Launch options:
 * {process (OCI), pid (of the container's init), cgroupsPath, tty, streams (protocol::Streams), rows, columns}.
 */
int runExec(Given& given);

} // namespace slipway::shim
