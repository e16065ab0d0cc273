#pragma once

#include "libcontainer/json.h"

/** Capabilities of a process (capabilities(7)), from an OCI `process.capabilities` object. */
namespace slipway::capabilities {

/** Number of a name such as "CAP_NET_RAW", -1 when the field knows none of that name. */
int number(std::string_view name);

/** Bit set of a list of names; EINVAL for one that is unknown. */
Status parse(const json::Value& names, uint64_t& set);

/** Drops from the bounding set what is not in it. Before the user changes, while CAP_SETPCAP is there. */
Status limitBoundingFromInit(uint64_t bounding);

/** Sets effective, permitted and inheritable, then the ambient set. After the user has changed. */
Status setFromInit(uint64_t effective, uint64_t permitted, uint64_t inheritable, uint64_t ambient);

} // namespace slipway::capabilities
