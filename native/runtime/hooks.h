#pragma once

#include "libcontainer/arena.h"
#include "libcontainer/json.h"

namespace slipway::runtime::hooks {

/**
 * Runs the hooks of one point in a container's life, in their order, each with the container's state on its stdin.
 * @param state the specification's State as JSON
 * @return ECANCELED with the first that failed; ETIMEDOUT for one that took longer than its `timeout`
 */
Status run(Arena& arena, const json::Value& hooks, const char* state);

} // namespace slipway::runtime::hooks
