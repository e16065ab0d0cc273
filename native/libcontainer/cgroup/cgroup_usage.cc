#include "libcontainer/cgroup/cgroup_usage.h"

#include "libcontainer/cgroup/cgroup.h"
#include "libcontainer/text.h"

#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace slipway::cgroup {

namespace {

/** A file of the kernel's, on the stack. What is longer is cut: these are a few kilobytes. */
class Contents {
public:
  Contents(int folder, const char* path) {
    const Fd file(folder < 0 ? -1 : openat(folder, path, O_RDONLY | O_CLOEXEC));
    if (!file) return;
    opened_ = true;
    while (size_ < sizeof text_ - 1) {
      const ssize_t got = ::read(file.get(), text_ + size_, sizeof text_ - 1 - size_);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      size_ += static_cast<size_t>(got);
    }
    text_[size_] = '\0';
  }

  bool opened() const { return opened_; }

  std::string_view view() const { return {text_, size_}; }

  uint64_t number(uint64_t otherwise) const {
    return size_ == 0 || text_[0] < '0' || text_[0] > '9' ? otherwise : strtoull(text_, nullptr, 10);
  }

private:
  bool opened_ = false;
  size_t size_ = 0;
  char text_[16 * 1024];
};

/** A file of one cgroup, below the top of a hierarchy. */
Contents contents(const Fd& top, std::string_view path, std::string_view name) {
  while (path.starts_with('/')) path.remove_prefix(1);
  const Text<1024> file(path, path.empty() ? "" : "/", name);
  return {top.get(), file.cut() ? "" : file.c_str()};
}

/** The next word of a line whose columns are padded with blanks. */
std::string_view word(std::string_view& line) {
  while (line.starts_with(' ')) line.remove_prefix(1);
  return cut(line, ' ');
}

/** The texts end with a NUL somewhere behind the number. */
uint64_t toNumber(std::string_view digits) {
  return digits.empty() ? 0 : strtoull(digits.data(), nullptr, 10);
}

/** proc_pid_net(5): two lines of titles, then "NAME: " with eight counters of what came and eight of what went. */
void readNetwork(std::string_view table, Usage& usage) {
  constexpr int received_columns = 8;
  cut(table, '\n');
  cut(table, '\n');
  while (!table.empty()) {
    std::string_view line = cut(table, '\n');
    std::string_view name = cut(line, ':');
    if (word(name) == "lo") continue;
    usage.received += toNumber(word(line));
    for (int column = 1; column < received_columns; column++) word(line);
    usage.sent += toNumber(word(line));
  }
}

void withoutCache(uint64_t memory, uint64_t cache, Usage& usage) {
  usage.memory = cache < memory ? memory - cache : memory;
}

} // namespace

UsageReader::UsageReader() {
  const auto open = [](const char* path) { return Fd(::open(path, O_PATH | O_DIRECTORY | O_CLOEXEC)); };
  if (isUnified()) {
    unified_ = open("/sys/fs/cgroup");
    return;
  }
  cpuacct_ = open("/sys/fs/cgroup/cpuacct");
  memory_ = open("/sys/fs/cgroup/memory");
  blkio_ = open("/sys/fs/cgroup/blkio");
  pids_ = open("/sys/fs/cgroup/pids");
}

Usage UsageReader::read(std::string_view path, pid_t pid) const {
  Usage usage;
  if (unified_) {
    readUnified(path, usage);
  } else {
    readLegacy(path, usage);
  }
  Text<64> network("/proc/");
  network.number(pid).append("/net/dev");
  if (usage.found) readNetwork(Contents(AT_FDCWD, network.c_str()).view(), usage);
  return usage;
}

void UsageReader::readUnified(std::string_view path, Usage& usage) const {
  const Contents cpu = contents(unified_, path, "cpu.stat");
  usage.found = cpu.opened();
  if (!usage.found) return;
  usage.cpu = keyedValue(cpu.view(), "usage_usec", 0) * 1000;
  withoutCache(contents(unified_, path, "memory.current").number(0),
               keyedValue(contents(unified_, path, "memory.stat").view(), "inactive_file", 0), usage);
  usage.memory_limit = contents(unified_, path, "memory.max").number(UINT64_MAX);
  usage.pids = contents(unified_, path, "pids.current").number(0);
  const Contents io = contents(unified_, path, "io.stat");
  for (std::string_view rest = io.view(); !rest.empty();) {
    std::string_view line = cut(rest, '\n');
    cut(line, ' ');
    while (!line.empty()) {
      std::string_view field = cut(line, ' ');
      const std::string_view key = cut(field, '=');
      if (key == "rbytes") usage.block_read += toNumber(field);
      if (key == "wbytes") usage.block_written += toNumber(field);
    }
  }
}

void UsageReader::readLegacy(std::string_view path, Usage& usage) const {
  const Contents cpu = contents(cpuacct_, path, "cpuacct.usage");
  usage.found = cpu.opened();
  if (!usage.found) return;
  usage.cpu = cpu.number(0);
  withoutCache(contents(memory_, path, "memory.usage_in_bytes").number(0),
               keyedValue(contents(memory_, path, "memory.stat").view(), "total_inactive_file", 0), usage);
  usage.memory_limit = contents(memory_, path, "memory.limit_in_bytes").number(UINT64_MAX);
  usage.pids = contents(pids_, path, "pids.current").number(0);
  const Contents io = contents(blkio_, path, "blkio.throttle.io_service_bytes_recursive");
  for (std::string_view rest = io.view(); !rest.empty();) {
    std::string_view line = cut(rest, '\n');
    cut(line, ' ');
    const std::string_view op = cut(line, ' ');
    if (op == "Read") usage.block_read += toNumber(line);
    if (op == "Write") usage.block_written += toNumber(line);
  }
}

} // namespace slipway::cgroup
