#include "libcontainer/rootfs/rootfs_view.h"

#include "libcontainer/rootfs/container_mounts.h"
#include "libcontainer/rootfs/mount.h"
#include "libcontainer/rootfs/rootfs.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

namespace slipway::rootfs_view {

/** A mount namespace of this thread's own, from which nothing spreads. */
static Status leaveHost(Fd& space) {
  SLIPWAY_TRY(check(unshare(CLONE_NEWNS), "make mount namespace"));
  SLIPWAY_TRY(check(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "make mounts private", "/"));
  space = Fd(open("/proc/thread-self/ns/mnt", O_RDONLY | O_CLOEXEC));
  return space ? success() : failure("open mount namespace");
}

Status openOnThread(Arena& arena, const json::Value& rootfs, const json::Value& binds, bool read_only, View& out) {
  SLIPWAY_TRY(leaveHost(out.space));
  Fd tree;
  SLIPWAY_TRY(rootfs::make(arena, rootfs, tree));
  const Fd top(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!top) return failure("open", "/");
  SLIPWAY_TRY(mount::attach(tree.get(), top.get(), "rootfs"));
  // The host's paths still lead through the former "/", which this thread's root is until the pivot.
  for (const json::Value& each : binds) SLIPWAY_TRY(container_mounts::bind(arena, each, tree.get()));
  if (read_only) SLIPWAY_TRY(mount::makeReadOnly(tree.get(), false));
  // The copies of the host's mounts go, lest they keep a disk busy that the host lets go of meanwhile.
  SLIPWAY_TRY(rootfs::pivot(tree.get()));
  out.root = Fd(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  return out.root ? success() : failure("open", "/");
}

} // namespace slipway::rootfs_view
