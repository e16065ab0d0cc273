#pragma once

#include "libcontainer/json.h"

namespace slipway::runtime {

/** Looks through a spec for what this runtime refuses. EINVAL or ENOTSUP, naming the field. */
Status validate(const json::Value& spec);

} // namespace slipway::runtime
