#pragma once

#include "libcontainer/status.h"
#include "network/link.h"

#include <string>
#include <vector>

namespace slipway::bridge {

/**
 * Makes a bridge with its addresses (address/prefix) and brings it up; what is there already stays.
 * ENOTSUP when the name belongs to a link of another kind.
 */
Status ensure(const link::Bridge& bridge, const std::vector<std::string>& addresses);

/** Removes a link of the host, with its ports' membership; none of that name is fine. */
Status remove(const std::string& name);

} // namespace slipway::bridge
