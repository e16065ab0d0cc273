#include "libcontainer/rootfs/masks.h"

#include "libcontainer/rooted.h"
#include "libcontainer/rootfs/mount.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace slipway::masks {

/** The host's null device, never the container's, which may be a link to anything. */
static Status openNull(Fd& null) {
  struct stat info{};
  null = Fd(open("/dev/null", O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!null || fstat(null.get(), &info) < 0) return failure("open", "/dev/null");
  return S_ISCHR(info.st_mode) && info.st_rdev == makedev(1, 3) ? success() : failure(EINVAL, "verify", "/dev/null");
}

/** True when there is nothing to cover. */
static bool isMissing(const Status& status) {
  return status.error == ENOENT || status.error == ENOTDIR;
}

static Status emptyFolder(const Fd& first, Fd& tree) {
  if (first) return mount::openTree(first.get(), false, tree);
  mount::Options options;
  options.once.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  options.data[options.data_count++] = "size=4k";
  options.data[options.data_count++] = "nr_inodes=1";
  return mount::newFilesystem("tmpfs", "tmpfs", options, tree);
}

Status hideFromInit(int root, const json::Value& paths) {
  Fd null, folder;
  if (paths.size() != 0) SLIPWAY_TRY(openNull(null));
  for (const json::Value& path : paths) {
    Fd target, tree;
    struct stat info{};
    Status found = rooted::open(root, path.c_str(), O_PATH, target);
    if (isMissing(found)) continue;
    SLIPWAY_TRY(found);
    SLIPWAY_TRY(check(fstat(target.get(), &info), "stat", path.string()));
    SLIPWAY_TRY(S_ISDIR(info.st_mode) ? emptyFolder(folder, tree) : mount::openTree(null.get(), false, tree));
    SLIPWAY_TRY(mount::attach(tree.get(), target.get(), path.c_str()));
    if (S_ISDIR(info.st_mode) && !folder) folder = std::move(tree);
  }
  return success();
}

Status protectFromInit(int root, const json::Value& paths) {
  for (const json::Value& path : paths) {
    Fd target, tree;
    Status found = rooted::open(root, path.c_str(), O_PATH, target);
    if (isMissing(found)) continue;
    SLIPWAY_TRY(found);
    SLIPWAY_TRY(mount::openTree(target.get(), true, tree));
    SLIPWAY_TRY(mount::makeReadOnly(tree.get(), true));
    SLIPWAY_TRY(mount::attach(tree.get(), target.get(), path.c_str()));
  }
  return success();
}

} // namespace slipway::masks
