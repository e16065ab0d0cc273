#pragma once

#include "libcontainer/status.h"

#include <string>

namespace slipway::archive {

/** Deletes `name` in the folder `parent` and everything in it, following nothing. What is not there is no error. */
Status removeTree(int parent, const std::string& name);

/** The same by a path on the host. */
Status removeTree(const std::string& path);

} // namespace slipway::archive
