#include "libcontainer/cgroup/cgroup_stats.h"

#include "libcontainer/file.h"

#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace slipway::cgroup {

namespace {

/** Text of one file, "" when the controller or the file is not there. */
std::string_view contents(Arena& arena, const Place& place, std::string_view controller, const char* name) {
  char* text = nullptr;
  size_t size = 0;
  const int folder = place.controller(controller);
  if (folder < 0 || !file::read(arena, folder, name, text, size).ok()) return {};
  return {text, size};
}

uint64_t number(std::string_view text, uint64_t otherwise) {
  return text.empty() || text[0] < '0' || text[0] > '9' ? otherwise : strtoull(text.data(), nullptr, 10);
}

/** "MAJOR:MINOR rest" */
bool cutDevice(std::string_view& line, BlockIo& device) {
  std::string_view name = cut(line, ' ');
  if (name.find(':') == name.npos) return false;
  device.major = number(cut(name, ':'), 0);
  device.minor = number(name, 0);
  return true;
}

void readMemoryStat(std::string_view text, Stats& stats) {
  while (!text.empty()) {
    std::string_view line = cut(text, '\n');
    const std::string_view key = cut(line, ' ');
    if (!line.empty()) stats.memory.emplace_back(std::string(key), number(line, 0));
  }
}

void readLegacyBlock(std::string_view text, Stats& stats) {
  while (!text.empty()) {
    std::string_view line = cut(text, '\n');
    BlockIo device{};
    if (!cutDevice(line, device)) continue;
    const std::string_view op = cut(line, ' ');
    if (op != "Read" && op != "Write") continue;
    stats.block.push_back({device.major, device.minor, op == "Read" ? "read" : "write", number(line, 0)});
  }
}

void readLegacy(Arena& arena, const Place& place, Stats& stats) {
  const auto get = [&](std::string_view controller, const char* name) {
    return contents(arena, place, controller, name);
  };
  // cpuacct.stat counts in ticks of USER_HZ.
  const uint64_t tick = 1'000'000'000 / static_cast<uint64_t>(sysconf(_SC_CLK_TCK));
  const std::string_view times = get("cpuacct", "cpuacct.stat"), throttling = get("cpu", "cpu.stat");
  stats.cpu_total = number(get("cpuacct", "cpuacct.usage"), 0);
  stats.cpu_user = keyedValue(times, "user", 0) * tick;
  stats.cpu_system = keyedValue(times, "system", 0) * tick;
  for (std::string_view each = get("cpuacct", "cpuacct.usage_percpu"); !each.empty();) {
    const std::string_view one = cut(each, ' ');
    if (!one.empty() && one != "\n") stats.cpu_each.push_back(number(one, 0));
  }
  stats.periods = keyedValue(throttling, "nr_periods", 0);
  stats.throttled_periods = keyedValue(throttling, "nr_throttled", 0);
  stats.throttled_time = keyedValue(throttling, "throttled_time", 0);
  stats.memory_usage = number(get("memory", "memory.usage_in_bytes"), 0);
  stats.memory_peak = number(get("memory", "memory.max_usage_in_bytes"), untold);
  stats.memory_failures = number(get("memory", "memory.failcnt"), untold);
  stats.memory_limit = number(get("memory", "memory.limit_in_bytes"), untold);
  readMemoryStat(get("memory", "memory.stat"), stats);
  readLegacyBlock(get("blkio", "blkio.throttle.io_service_bytes_recursive"), stats);
}

void readUnifiedBlock(std::string_view text, Stats& stats) {
  while (!text.empty()) {
    std::string_view line = cut(text, '\n');
    BlockIo device{};
    if (!cutDevice(line, device)) continue;
    while (!line.empty()) {
      std::string_view field = cut(line, ' ');
      const std::string_view key = cut(field, '=');
      if (key != "rbytes" && key != "wbytes") continue;
      stats.block.push_back({device.major, device.minor, key == "rbytes" ? "read" : "write", number(field, 0)});
    }
  }
}

void readUnified(Arena& arena, const Place& place, Stats& stats) {
  const auto get = [&](const char* name) { return contents(arena, place, "", name); };
  const std::string_view cpu = get("cpu.stat");
  stats.cpu_total = keyedValue(cpu, "usage_usec", 0) * 1000;
  stats.cpu_user = keyedValue(cpu, "user_usec", 0) * 1000;
  stats.cpu_system = keyedValue(cpu, "system_usec", 0) * 1000;
  stats.periods = keyedValue(cpu, "nr_periods", 0);
  stats.throttled_periods = keyedValue(cpu, "nr_throttled", 0);
  stats.throttled_time = keyedValue(cpu, "throttled_usec", 0) * 1000;
  stats.memory_usage = number(get("memory.current"), 0);
  stats.memory_peak = number(get("memory.peak"), untold);
  stats.memory_failures = keyedValue(get("memory.events"), "max", untold);
  stats.memory_limit = number(get("memory.max"), untold);
  readMemoryStat(get("memory.stat"), stats);
  readUnifiedBlock(get("io.stat"), stats);
}

} // namespace

Status readStats(Arena& arena, const Place& place, Stats& stats) {
  if (place.v2) {
    readUnified(arena, place, stats);
  } else {
    readLegacy(arena, place, stats);
  }
  stats.pids_current = number(contents(arena, place, "pids", "pids.current"), 0);
  stats.pids_limit = number(contents(arena, place, "pids", "pids.max"), 0);
  return success();
}

} // namespace slipway::cgroup
