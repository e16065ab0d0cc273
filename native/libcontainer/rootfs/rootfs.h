#pragma once

#include "libcontainer/arena.h"
#include "libcontainer/fd.h"
#include "libcontainer/json.h"

/** The file system a container starts in: an overlay or a bind, described in containerd's terms. */
namespace slipway::rootfs {

/**
 * Makes the root as a detached mount, which no process sees before it is attached.
 * @param mounts array of {type: 'overlay' | 'bind', source, options}; the last is the root
 */
Status make(Arena& arena, const json::Value& mounts, Fd& tree);

/** Makes the attached mount `tree` this process's root and lets go of the former one. */
Status pivot(int tree);

} // namespace slipway::rootfs
