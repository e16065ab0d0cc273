#include "archive/tree_walk.h"

#include "archive/entry_path.h"
#include "archive/listing.h"
#include "libcontainer/fd.h"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <vector>

namespace slipway::archive {

namespace {

/** Each level holds a descriptor; no path that a program can name is deeper. */
constexpr std::size_t most_levels = 2048;

/** ipc/mqueue.c; in no header. */
constexpr long mqueue_magic = 0x19800202;

/** True for a file system whose files are the kernel's answers. */
bool isKernels(int folder) {
  constexpr std::array<long, 6> magics = {PROC_SUPER_MAGIC,   SYSFS_MAGIC,         DEVPTS_SUPER_MAGIC,
                                          CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, mqueue_magic};
  struct statfs info{};
  return fstatfs(folder, &info) == 0 && std::find(magics.begin(), magics.end(), info.f_type) != magics.end();
}

/** True when what was a folder is none any more. */
bool isGone(int error) {
  return error == ENOENT || error == ENOTDIR || error == ELOOP;
}

class Walk {
public:
  Walk(const std::function<Status(const TreeNode&)>& visit, Mounts mounts) : visit_(visit), mounts_(mounts) {}

  Status folder(int fd, const std::string& path, std::size_t level, dev_t device) {
    if (level > most_levels) return failure(ENAMETOOLONG, "walk", path);
    std::vector<ListedName> names;
    SLIPWAY_TRY(listFolderSorted(fd, names));
    for (const ListedName& name : names) SLIPWAY_TRY(node(fd, name.name, joinPath(path, name.name), level, device));
    return success();
  }

private:
  Status node(int parent, const std::string& name, const std::string& path, std::size_t level, dev_t device) {
    struct stat info{};
    if (fstatat(parent, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) < 0) {
      return errno == ENOENT ? success() : failure("stat", path);
    }
    SLIPWAY_TRY(visit_({parent, name, path, info}));
    const bool mounted = info.st_dev != device;
    if (!S_ISDIR(info.st_mode) || (mounted && mounts_ == Mounts::outside)) return success();
    const Fd own(openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!own) return isGone(errno) ? success() : failure("open", path);
    if (mounted && isKernels(own.get())) return success();
    return folder(own.get(), path, level + 1, info.st_dev);
  }

  const std::function<Status(const TreeNode&)>& visit_;
  const Mounts mounts_;
};

} // namespace

Status walkTree(int root, const std::function<Status(const TreeNode&)>& visit, Mounts mounts) {
  struct stat info{};
  SLIPWAY_TRY(check(fstat(root, &info), "stat", "/"));
  return Walk(visit, mounts).folder(root, "", 0, info.st_dev);
}

} // namespace slipway::archive
