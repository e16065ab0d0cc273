#include "archive/folder_cache.h"

#include "archive/entry_path.h"
#include "archive/layer/whiteout.h"
#include "archive/owners.h"
#include "archive/rooted.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace slipway::archive {

namespace {

/** Tars come folder by folder, so a few are enough; each costs a descriptor. */
constexpr std::size_t most_folders = 64;

/** Where `fd` lies below `root`. */
Status pathBelow(int root, int fd, std::string& out) {
  std::string top;
  SLIPWAY_TRY(pathOf(root, top));
  SLIPWAY_TRY(pathOf(fd, out));
  if (top != "/") out.erase(0, top.size());
  if (out.starts_with('/')) out.erase(0, 1);
  return success();
}

} // namespace

Status FolderCache::open(std::string_view name, const Folder*& out) {
  auto found = folders_.find(name);
  if (found == folders_.end()) {
    if (folders_.size() >= most_folders) folders_.clear();
    Folder folder;
    SLIPWAY_TRY(openOrMake(std::string(name), folder));
    struct stat info{};
    SLIPWAY_TRY(check(fstat(folder.fd.get(), &info), "stat", name));
    folder.setgid = (info.st_mode & S_ISGID) != 0;
    found = folders_.emplace(name, std::move(folder)).first;
  }
  out = &found->second;
  return success();
}

Status FolderCache::openOrMake(const std::string& name, Folder& out) {
  constexpr int flags = O_RDONLY | O_DIRECTORY;
  const auto isMissing = [](const Status& status) { return status.error == ENOENT || status.error == ENOTDIR; };
  const auto attempt = [&](bool& linked) {
    const Status status = openBeneath(root_, name, flags, out.fd);
    linked = status.error == ELOOP;
    return linked ? openInRoot(root_, name, flags, out.fd) : status;
  };
  bool linked = false;
  out.path = name;
  Status status = attempt(linked);
  if (isMissing(status) && !name.empty()) {
    SLIPWAY_TRY(make(name));
    status = attempt(linked);
  }
  if (isMissing(status) || status.error == ELOOP) {
    return malformed("archive has a name that leads through something that is no folder", name);
  }
  SLIPWAY_TRY(status);
  return linked ? pathBelow(root_, out.fd.get(), out.path) : success();
}

Status FolderCache::make(const std::string& name) {
  const std::string above(parentOf(name));
  const std::string last(lastOf(name));
  const Folder* parent = nullptr;
  SLIPWAY_TRY(open(above, parent));
  const int fd = parent->fd.get();
  bool hidden = false;
  SLIPWAY_TRY(removeWhiteout(fd, last, hidden));
  if (mkdirat(fd, last.c_str(), 0755) < 0) return errno == EEXIST ? success() : failure("mkdir", name);
  const uid_t uid = owners::rootUser();
  const gid_t gid = owners::rootGroup();
  if (parent->setgid || uid != 0 || gid != 0) {
    SLIPWAY_TRY(check(fchownat(fd, last.c_str(), uid, gid, AT_SYMLINK_NOFOLLOW), "chown", name));
    SLIPWAY_TRY(check(fchmodat(fd, last.c_str(), 0755, 0), "chmod", name));
  }
  if (hidden) SLIPWAY_TRY(setOpaque(fd, last));
  implied_.insert(joinPath(parent->path, last));
  return success();
}

} // namespace slipway::archive
