#include "archive/edit.h"

#include "archive/entry_path.h"
#include "archive/owners.h"
#include "archive/remove_tree.h"
#include "archive/rooted.h"
#include "archive/tree_walk.h"

#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::archive {

namespace {

/** A name in an open folder. */
struct Place {
  Fd parent;
  std::string name;
};

Status find(const std::string& root, const std::string& path, Place& out) {
  out.name = lastOf(path);
  if (out.name.empty() || out.name == "." || out.name == "..") return failure(EINVAL, "not the name of a file", path);
  Fd top;
  SLIPWAY_TRY(openFolder(root, top));
  return openInRoot(top.get(), std::string(parentOf(path)), O_PATH | O_DIRECTORY, out.parent);
}

/** Which mount something is on; of a place where something is mounted, that mount. */
Status mountOf(int parent, const std::string& name, int flags, struct statx& out) {
  flags |= AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT;
  return check(statx(parent, name.c_str(), flags, STATX_TYPE | STATX_MNT_ID, &out), "stat", name);
}

Status mustHoldNoMount(const Place& place, const std::string& path) {
  struct statx above{};
  struct statx own{};
  SLIPWAY_TRY(mountOf(place.parent.get(), "", AT_EMPTY_PATH, above));
  SLIPWAY_TRY(mountOf(place.parent.get(), place.name, 0, own));
  const auto mounted = [&path] { return failure(EBUSY, "something is mounted in", path); };
  if (own.stx_mnt_id != above.stx_mnt_id) return mounted();
  if (!S_ISDIR(own.stx_mode)) return success();
  Fd folder;
  SLIPWAY_TRY(openBeneath(place.parent.get(), place.name, O_RDONLY | O_DIRECTORY, folder));
  return walkTree(folder.get(), [&](const TreeNode& node) {
    struct statx inside{};
    SLIPWAY_TRY(mountOf(node.parent, node.name, 0, inside));
    return inside.stx_mnt_id == above.stx_mnt_id ? success() : mounted();
  });
}

} // namespace

Status makeFolder(const std::string& root, const std::string& path) {
  Place place;
  SLIPWAY_TRY(find(root, path, place));
  SLIPWAY_TRY(check(mkdirat(place.parent.get(), place.name.c_str(), 0755), "mkdir", path));
  const int fd = place.parent.get();
  return check(fchownat(fd, place.name.c_str(), owners::rootUser(), owners::rootGroup(), AT_SYMLINK_NOFOLLOW), "chown",
               path);
}

Status movePath(const std::string& root, const std::string& from, const std::string& to) {
  Place old;
  Place fresh;
  SLIPWAY_TRY(find(root, from, old));
  SLIPWAY_TRY(find(root, to, fresh));
  SLIPWAY_TRY(mustHoldNoMount(old, from));
  const int moved =
      renameat2(old.parent.get(), old.name.c_str(), fresh.parent.get(), fresh.name.c_str(), RENAME_NOREPLACE);
  return check(moved, "rename", errno == EEXIST ? to : from);
}

Status removePath(const std::string& root, const std::string& path) {
  Place place;
  SLIPWAY_TRY(find(root, path, place));
  SLIPWAY_TRY(mustHoldNoMount(place, path));
  return removeTree(place.parent.get(), place.name);
}

} // namespace slipway::archive
