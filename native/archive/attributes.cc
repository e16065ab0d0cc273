#include "archive/attributes.h"

#include "archive/rooted.h"

#include <array>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace slipway::archive {

namespace {

/** A layer must not bring what only overlayfs itself may say. */
bool isOverlays(std::string_view xattr) {
  return xattr.starts_with("trusted.overlay.") || xattr.starts_with("user.overlay.");
}

/** A file system without ACLs or labels runs the container all the same; without its capabilities a program would not
 * work. */
bool mayBeMissing(const std::string& xattr, int error) {
  if (error == ENOTSUP) return xattr != "security.capability";
  return error == EPERM && xattr.starts_with("user.");
}

template <typename Set> Status setXattrs(const TarEntry& entry, Set set) {
  for (const auto& [key, value] : entry.xattrs) {
    if (isOverlays(key)) continue;
    if (set(key.c_str(), value) < 0 && !mayBeMissing(key, errno)) return failure("set xattr", entry.name);
  }
  return success();
}

std::array<timespec, 2> both(const timespec& mtime) {
  return {mtime, mtime};
}

} // namespace

Status setTimes(int fd, const timespec& mtime, std::string_view name) {
  return check(futimens(fd, both(mtime).data()), "set times", name);
}

Status setAttributes(int fd, const TarEntry& entry, bool fresh) {
  const bool chown = !fresh || entry.uid != 0 || entry.gid != 0;
  if (chown) SLIPWAY_TRY(check(fchown(fd, entry.uid, entry.gid), "chown", entry.name));
  // chown(2) takes capabilities, setuid and setgid away, so these come after it.
  SLIPWAY_TRY(setXattrs(entry, [fd](const char* key, const std::string& value) {
    return fsetxattr(fd, key, value.data(), value.size(), 0);
  }));
  if (!fresh || (entry.mode & 07000U) != 0) SLIPWAY_TRY(check(fchmod(fd, entry.mode), "chmod", entry.name));
  return entry.kind == EntryKind::directory ? success() : setTimes(fd, entry.mtime, entry.name);
}

Status setAttributes(int parent, const std::string& name, const TarEntry& entry) {
  SLIPWAY_TRY(check(fchownat(parent, name.c_str(), entry.uid, entry.gid, AT_SYMLINK_NOFOLLOW), "chown", entry.name));
  const std::string path = procPath(parent) + "/" + name;
  SLIPWAY_TRY(setXattrs(entry, [&path](const char* key, const std::string& value) {
    return lsetxattr(path.c_str(), key, value.data(), value.size(), 0);
  }));
  if (entry.kind != EntryKind::symlink) {
    // fchmodat follows symlinks; O_PATH pins what was just made.
    Fd node;
    SLIPWAY_TRY(openBeneath(parent, name, O_PATH | O_NOFOLLOW, node));
    SLIPWAY_TRY(check(chmod(procPath(node.get()).c_str(), entry.mode), "chmod", entry.name));
  }
  const auto times = both(entry.mtime);
  return check(utimensat(parent, name.c_str(), times.data(), AT_SYMLINK_NOFOLLOW), "set times", entry.name);
}

} // namespace slipway::archive
