#include "libcontainer/rooted.h"

#include "libcontainer/text.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace slipway::rooted {

static constexpr int most_links = 40;

static Status openResolved(int root, const char* path, int flags, uint64_t resolve, Fd& result) {
  open_how how{};
  how.flags = static_cast<unsigned>(flags) | static_cast<unsigned>(O_CLOEXEC);
  how.resolve = resolve;
  long fd = -1;
  // EAGAIN tells that something was renamed meanwhile, so that ".." could not be resolved safely.
  for (int attempt = 0; attempt < 128; attempt++) {
    fd = syscall(SYS_openat2, root, path, &how, sizeof how);
    if (fd >= 0 || errno != EAGAIN) break;
  }
  if (fd < 0) return failure("open in rootfs", path);
  result = Fd(fd);
  return success();
}

Status open(int root, const char* path, int flags, Fd& result) {
  return openResolved(root, path, flags, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS, result);
}

Status openPlain(int root, const char* path, int flags, Fd& result) {
  return openResolved(root, path, flags, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS, result);
}

/** `path` without its last part, which goes to `name`. */
static std::string_view parentOf(std::string_view path, std::string_view& name) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  name = slash == path.npos ? path : path.substr(slash + 1);
  return slash == path.npos ? std::string_view(".") : slash == 0 ? std::string_view("/") : path.substr(0, slash);
}

enum class Kind { folder, file };

static Status make(int root, std::string_view path, Kind kind, unsigned mode, int links, Fd& result);

/** Makes one name in an open folder; one that another process has just made will do. */
static Status makeName(int parent, const char* name, Kind kind, unsigned mode) {
  if (kind == Kind::folder) {
    if (mkdirat(parent, name, mode) < 0 && errno != EEXIST) return failure("make folder in rootfs", name);
    return success();
  }
  const Fd file(openat(parent, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, mode));
  return file || errno == EEXIST ? success() : failure("make file in rootfs", name);
}

/** Goes where a symlink without a target points to. */
static Status makeTarget(int root, int parent, std::string_view folder, const char* name, Kind kind, unsigned mode,
                         int links, Fd& result) {
  char target[4096];
  const ssize_t size = readlinkat(parent, name, target, sizeof target);
  if (size <= 0 || static_cast<size_t>(size) == sizeof target) return failure(ELOOP, "resolve in rootfs", name);
  const std::string_view to(target, static_cast<size_t>(size));
  const PathText path = to.front() == '/' ? PathText(to) : PathText(folder, "/", to);
  if (path.cut()) return failure(ENAMETOOLONG, "resolve in rootfs", name);
  return make(root, path.view(), kind, mode, links + 1, result);
}

static Status make(int root, std::string_view path, Kind kind, unsigned mode, int links, Fd& result) {
  const PathText whole(path);
  if (whole.cut()) return failure(ENAMETOOLONG, "resolve in rootfs", path);
  if (links > most_links) return failure(ELOOP, "resolve in rootfs", path);
  const int flags = O_PATH | (kind == Kind::folder ? O_DIRECTORY : 0);
  Status found = open(root, whole.c_str(), flags, result);
  if (found.error != ENOENT) return found;

  std::string_view last;
  const std::string_view folder = parentOf(whole.view(), last);
  Fd parent;
  SLIPWAY_TRY(make(root, folder, Kind::folder, 0755, links + 1, parent));
  const Text<256> name(last);
  struct stat info{};
  if (fstatat(parent.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode)) {
    return makeTarget(root, parent.get(), folder, name.c_str(), kind, mode, links, result);
  }
  SLIPWAY_TRY(makeName(parent.get(), name.c_str(), kind, mode));
  return open(root, whole.c_str(), flags, result);
}

Status makeFolder(int root, const char* path, unsigned mode, Fd& result) {
  return make(root, path, Kind::folder, mode, 0, result);
}

Status makeFile(int root, const char* path, Fd& result) {
  return make(root, path, Kind::file, 0644, 0, result);
}

} // namespace slipway::rooted
