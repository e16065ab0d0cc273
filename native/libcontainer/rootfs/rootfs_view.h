#pragma once

#include "libcontainer/arena.h"
#include "libcontainer/fd.h"
#include "libcontainer/json.h"

/** The file system of a container that does not run, as its processes would see it. */
namespace slipway::rootfs_view {

/** Everything is unmounted when both are closed; `root` is closed first. */
struct View {
  /** A mount namespace that no process is in: nothing of it appears in any other one. */
  Fd space;
  /** Its "/" (O_PATH). */
  Fd root;
};

/**
 * Mounts a rootfs with what is bound into it.
 * The calling thread moves into the mount namespace that this makes, so it must end afterwards.
 * @param rootfs as for rootfs::make
 * @param binds OCI `mounts` of type bind; their places are made in the rootfs where missing
 * @param read_only the rootfs cannot be written to; what is bound into it keeps its own options
 */
Status openOnThread(Arena& arena, const json::Value& rootfs, const json::Value& binds, bool read_only, View& out);

} // namespace slipway::rootfs_view
