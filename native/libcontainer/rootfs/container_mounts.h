#pragma once

#include "libcontainer/arena.h"
#include "libcontainer/cgroup/cgroup.h"
#include "libcontainer/fd.h"
#include "libcontainer/json.h"

/** The `mounts` of an OCI spec, in order, below a container's root. */
namespace slipway::container_mounts {

/** Copies the source of every bind, outside of the container: one descriptor for each mount, -1 for what is no bind. */
Status openSourcesFromParent(Arena& arena, const json::Value& mounts, int*& trees);

/** What mounting in the container found out. */
struct Mounted {
  /** Root of the devpts at /dev/pts, to open the container's console from. */
  Fd devpts;
  /** False when /dev came from the host or a volume: then nothing is made in it. */
  bool own_dev = true;
};

/**
 * Mounts everything on its place in the root.
 * @return EPERM for a destination within /proc that no mount may cover
 */
Status mountFromInit(Arena& arena, const json::Value& mounts, const int* trees, int root, const cgroup::Place& place,
                     bool own_cgroup_namespace, Mounted& mounted);

/**
 * Copies the source of the bind `each`, a path outside of the container, or makes the overlay it describes, and mounts
 * it on its place in the root, which is made where missing.
 * @return EPERM for a destination within /proc that no mount may cover
 */
Status bind(Arena& arena, const json::Value& each, int root);

} // namespace slipway::container_mounts
