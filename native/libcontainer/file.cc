#include "libcontainer/file.h"

#include "libcontainer/fd.h"
#include "libcontainer/text.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::file {

Status read(Arena& arena, int fd, char*& text, size_t& size, size_t limit) {
  struct stat info{};
  SLIPWAY_TRY(check(fstat(fd, &info), "stat"));
  // Files of procfs and cgroupfs tell size 0.
  size_t capacity = info.st_size > 0 ? static_cast<size_t>(info.st_size) + 1 : 4096;
  if (capacity > limit) return failure(EFBIG, "read");
  text = arena.array<char>(capacity + 1);
  size = 0;
  for (;;) {
    const ssize_t count = pread(fd, text + size, capacity - size, static_cast<off_t>(size));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure("read");
    if (count == 0) break;
    size += static_cast<size_t>(count);
    if (size < capacity) continue;
    if (capacity * 2 > limit) return failure(EFBIG, "read");
    char* larger = arena.array<char>(capacity * 2 + 1);
    memcpy(larger, text, size);
    text = larger;
    capacity *= 2;
  }
  text[size] = '\0';
  return success();
}

Status read(Arena& arena, int at, const char* path, char*& text, size_t& size, size_t limit) {
  const Fd fd(openat(at, path, O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd) return failure("open", path);
  Status status = read(arena, fd.get(), text, size, limit);
  return status.ok() ? status : failure(status.error, status.operation, path);
}

Status write(int at, const char* path, std::string_view text, const char* operation) {
  const Fd fd(openat(at, path, O_WRONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd) return failure(operation, path);
  const ssize_t count = ::write(fd.get(), text.data(), text.size());
  if (count < 0) return failure(operation, path);
  return static_cast<size_t>(count) == text.size() ? success() : failure(EIO, operation, path);
}

Status writeAll(int fd, std::string_view text, const char* operation) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure(operation);
    text.remove_prefix(static_cast<size_t>(count));
  }
  return success();
}

Status replace(int at, const char* path, std::string_view text, unsigned mode) {
  const PathText temporary(path, ".tmp");
  if (temporary.cut()) return failure(ENAMETOOLONG, "write", path);
  const Fd fd(openat(at, temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!fd) return failure("create", path);
  SLIPWAY_TRY(writeAll(fd.get(), text));
  return check(renameat(at, temporary.c_str(), at, path), "rename", path);
}

} // namespace slipway::file
