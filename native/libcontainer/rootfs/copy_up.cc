#include "libcontainer/rootfs/copy_up.h"

#include "libcontainer/fd.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

namespace slipway::copy_up {

/** Folders within folders that are copied at most. */
static constexpr int deepest = 64;

static Status copyFolder(int from, int to, int depth);

static Status copyFile(int from, int to, const char* name, off_t size) {
  const Fd source(openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  const Fd target(openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!source || !target) return failure("copy", name);
  while (size > 0) {
    const ssize_t count = sendfile(target.get(), source.get(), nullptr, static_cast<size_t>(size));
    if (count < 0) return failure("copy", name);
    if (count == 0) break;
    size -= count;
  }
  return success();
}

static Status copyLink(int from, int to, const char* name) {
  char target[4096];
  const ssize_t size = readlinkat(from, name, target, sizeof target - 1);
  if (size < 0) return failure("copy", name);
  target[size] = '\0';
  return check(symlinkat(target, to, name), "copy", name);
}

static Status copySubfolder(int from, int to, const char* name, int depth) {
  SLIPWAY_TRY(check(mkdirat(to, name, 0700), "copy", name));
  const Fd source(openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)),
      target(openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!source || !target) return failure("copy", name);
  return copyFolder(source.get(), target.get(), depth + 1);
}

static Status copyOne(int from, int to, const char* name, int depth) {
  struct stat info{};
  SLIPWAY_TRY(check(fstatat(from, name, &info, AT_SYMLINK_NOFOLLOW), "copy", name));
  if (S_ISLNK(info.st_mode)) {
    SLIPWAY_TRY(copyLink(from, to, name));
  } else if (S_ISDIR(info.st_mode)) {
    SLIPWAY_TRY(copySubfolder(from, to, name, depth));
  } else if (S_ISREG(info.st_mode)) {
    SLIPWAY_TRY(copyFile(from, to, name, info.st_size));
  } else {
    SLIPWAY_TRY(check(mknodat(to, name, info.st_mode, info.st_rdev), "copy", name));
  }
  SLIPWAY_TRY(check(fchownat(to, name, info.st_uid, info.st_gid, AT_SYMLINK_NOFOLLOW), "copy", name));
  if (S_ISLNK(info.st_mode)) return success();
  // The name is what was just made, in a file system that nobody else sees yet.
  SLIPWAY_TRY(check(fchmodat(to, name, info.st_mode & 07777, 0), "copy", name));
  const timespec times[] = {info.st_atim, info.st_mtim};
  return check(utimensat(to, name, times, AT_SYMLINK_NOFOLLOW), "copy", name);
}

static Status copyFolder(int from, int to, int depth) {
  if (depth > deepest) return failure(ELOOP, "copy");
  DIR* listing = fdopendir(fcntl(from, F_DUPFD_CLOEXEC, 0));
  if (listing == nullptr) return failure("copy");
  Status status;
  while (const dirent* entry = status.ok() ? readdir(listing) : nullptr) {
    const std::string_view name(entry->d_name);
    if (name != "." && name != "..") status = copyOne(from, to, entry->d_name, depth);
  }
  closedir(listing);
  return status;
}

Status copy(int from, int to) {
  struct stat info{};
  SLIPWAY_TRY(check(fstat(from, &info), "copy"));
  SLIPWAY_TRY(copyFolder(from, to, 0));
  SLIPWAY_TRY(check(fchown(to, info.st_uid, info.st_gid), "copy"));
  return check(fchmod(to, info.st_mode & 07777), "copy");
}

} // namespace slipway::copy_up
