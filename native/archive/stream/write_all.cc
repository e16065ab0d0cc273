#include "archive/stream/write_all.h"

#include <unistd.h>

namespace slipway::archive {

template <typename Write> static Status repeat(Bytes bytes, std::string_view name, Write write) {
  while (!bytes.empty()) {
    const ssize_t written = write(bytes);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failure("write", name);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return success();
}

Status writeAll(int fd, Bytes bytes, std::string_view name) {
  return repeat(bytes, name, [fd](Bytes rest) { return ::write(fd, rest.data(), rest.size()); });
}

Status writeAllAt(int fd, Bytes bytes, std::uint64_t offset, std::string_view name) {
  return repeat(bytes, name, [fd, &offset](Bytes rest) {
    const ssize_t written = pwrite(fd, rest.data(), rest.size(), static_cast<off_t>(offset));
    if (written > 0) offset += static_cast<std::uint64_t>(written);
    return written;
  });
}

} // namespace slipway::archive
