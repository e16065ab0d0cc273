#pragma once

#include <sys/types.h>

namespace slipway::runtime {

/** Waits for the end of a child, handing it every signal that comes meanwhile. @return its exit code, 128 + a signal's
 * number */
int waitFor(pid_t child);

} // namespace slipway::runtime
