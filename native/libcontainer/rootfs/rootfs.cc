#include "libcontainer/rootfs/rootfs.h"

#include "libcontainer/rootfs/mount.h"
#include "libcontainer/rootfs/overlay.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace slipway::rootfs {

Status make(Arena& arena, const json::Value& mounts, Fd& tree) {
  const json::Value* root = nullptr;
  for (const json::Value& each : mounts) root = &each;
  if (root == nullptr) return failure(EINVAL, "read rootfs mounts");
  mount::Options options;
  SLIPWAY_TRY(mount::parseOptions((*root)["options"], options));
  // Nothing of the host's that is mounted later may appear in a container's root.
  if (options.propagation == 0) options.propagation = MS_PRIVATE, options.propagation_recursive = true;
  if ((*root)["type"].string() == "overlay") return overlay::make(arena, options, tree);
  return mount::openTree((*root)["source"].c_str(), options, tree);
}

Status pivot(int tree) {
  SLIPWAY_TRY(check(fchdir(tree), "chdir", "rootfs"));
  // Both arguments the same: the former root ends up on top of the new one, from where it is detached (pivot_root(2)).
  SLIPWAY_TRY(check(syscall(SYS_pivot_root, ".", "."), "pivot_root", "rootfs"));
  SLIPWAY_TRY(check(umount2(".", MNT_DETACH), "umount", "former root"));
  return check(chdir("/"), "chdir", "/");
}

} // namespace slipway::rootfs
