#pragma once

#include "libcontainer/status.h"

namespace slipway::copy_up {

/**
 * Copies all that is in the folder `from` into the folder `to`: files, folders, links and nodes with their owners,
 * modes and times. Nothing is followed out of `from`.
 */
Status copy(int from, int to);

} // namespace slipway::copy_up
