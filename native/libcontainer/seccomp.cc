#include "libcontainer/seccomp.h"

#include "libcontainer/file.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace slipway::seccomp {

Status read(Arena& arena, int fd, Filter& filter) {
  if (fd < 0) return success();
  char* text = nullptr;
  size_t size = 0;
  SLIPWAY_TRY(file::read(arena, fd, text, size));
  if (size < sizeof(uint32_t) + sizeof(sock_filter)) return failure(EINVAL, "read seccomp filter");
  const size_t count = (size - sizeof(uint32_t)) / sizeof(sock_filter);
  if (count > BPF_MAXINSNS) return failure(E2BIG, "read seccomp filter");
  memcpy(&filter.flags, text, sizeof filter.flags);
  filter.code = arena.array<sock_filter>(count);
  memcpy(filter.code, text + sizeof filter.flags, count * sizeof(sock_filter));
  filter.size = static_cast<uint16_t>(count);
  return success();
}

Status install(const Filter& filter) {
  if (filter.size == 0) return success();
  const sock_fprog program{.len = filter.size, .filter = filter.code};
  return check(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, filter.flags, &program), "install seccomp filter");
}

} // namespace slipway::seccomp
