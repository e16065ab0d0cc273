#include "archive/rooted.h"

#include <array>
#include <climits>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace slipway::archive {

static Status open(int root, const std::string& path, int flags, __u64 resolve, Fd& out) {
  open_how how{};
  how.flags = static_cast<__u64>(flags | O_CLOEXEC);
  how.resolve = resolve | RESOLVE_NO_MAGICLINKS;
  const char* const name = path.empty() ? "." : path.c_str();
  // EAGAIN: a rename elsewhere raced with a ".."; the man page says to try again.
  for (int attempts = 0; attempts < 128; ++attempts) {
    out = Fd(syscall(SYS_openat2, root, name, &how, sizeof how));
    if (out || (errno != EAGAIN && errno != EINTR)) break;
  }
  return out ? success() : failure("open", path.empty() ? std::string_view("/") : std::string_view(path));
}

Status openInRoot(int root, const std::string& path, int flags, Fd& out) {
  return open(root, path, flags, RESOLVE_IN_ROOT, out);
}

Status openBeneath(int root, const std::string& path, int flags, Fd& out) {
  return open(root, path, flags, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS, out);
}

Status openFolder(const std::string& path, Fd& out) {
  out = Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return out ? success() : failure("open", path);
}

Status pathOf(int fd, std::string& out) {
  std::array<char, PATH_MAX> buffer{};
  const ssize_t size = readlink(procPath(fd).c_str(), buffer.data(), buffer.size());
  if (size < 0) return failure("readlink", procPath(fd));
  out.assign(buffer.data(), static_cast<std::size_t>(size));
  return success();
}

std::string procPath(int fd) {
  return "/proc/self/fd/" + std::to_string(fd);
}

} // namespace slipway::archive
