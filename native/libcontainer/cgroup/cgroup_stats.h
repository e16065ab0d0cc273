#pragma once

#include "libcontainer/cgroup/cgroup.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace slipway::cgroup {

/** A counter the kernel does not tell. */
inline constexpr uint64_t untold = UINT64_MAX;

/** Bytes of a block device, by what was done. */
struct BlockIo {
  uint64_t major;
  uint64_t minor;
  std::string op;
  uint64_t value;
};

/** Counters of one cgroup: times in nanoseconds, memory in bytes. */
struct Stats {
  uint64_t cpu_total = 0;
  uint64_t cpu_user = 0;
  uint64_t cpu_system = 0;
  std::vector<uint64_t> cpu_each;
  uint64_t periods = 0;
  uint64_t throttled_periods = 0;
  uint64_t throttled_time = 0;
  uint64_t memory_usage = 0;
  uint64_t memory_peak = untold;
  /** `untold` when there is none. */
  uint64_t memory_limit = untold;
  uint64_t memory_failures = untold;
  /** memory.stat as it stands. */
  std::vector<std::pair<std::string, uint64_t>> memory;
  uint64_t pids_current = 0;
  /** 0 when there is none. */
  uint64_t pids_limit = 0;
  std::vector<BlockIo> block;
};

/** Reads every counter there is; what the host has no controller for stays as above. */
Status readStats(Arena& arena, const Place& place, Stats& stats);

} // namespace slipway::cgroup
