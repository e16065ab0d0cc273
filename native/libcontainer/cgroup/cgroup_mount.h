#pragma once

#include "libcontainer/cgroup/cgroup.h"
#include "libcontainer/rootfs/mount_options.h"

namespace slipway::cgroup {

/**
 * Makes /sys/fs/cgroup of a container on `target`: with a cgroup namespace of its own a fresh view of every
 * hierarchy, otherwise its own folder of each.
 */
Status mountFromInit(Arena& arena, const Place& place, bool own_namespace, int target, const mount::Options& options);

} // namespace slipway::cgroup
