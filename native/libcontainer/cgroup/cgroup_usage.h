#pragma once

#include "libcontainer/fd.h"

#include <cstdint>
#include <string_view>
#include <sys/types.h>

namespace slipway::cgroup {

/** What a container uses: nanoseconds of CPU, else bytes, each as counted since its start. */
struct Usage {
  /** Whether there is a cgroup of that name. */
  bool found = false;
  uint64_t cpu = 0;
  /** Without the page cache that can be dropped at once. */
  uint64_t memory = 0;
  /** UINT64_MAX, or more than a host has, when there is none. */
  uint64_t memory_limit = UINT64_MAX;
  /** Of all interfaces but loopback. */
  uint64_t received = 0;
  uint64_t sent = 0;
  uint64_t block_read = 0;
  uint64_t block_written = 0;
  uint64_t pids = 0;
};

/** Looks at many containers, reading of each only what is shown of them all: far cheaper than all their counters. */
class UsageReader {
public:
  UsageReader();

  /** @param path an OCI `linux.cgroupsPath` @param pid a process in the container's network namespace */
  Usage read(std::string_view path, pid_t pid) const;

private:
  void readUnified(std::string_view path, Usage& usage) const;
  void readLegacy(std::string_view path, Usage& usage) const;

  /** The unified hierarchy; not open where there are many. */
  Fd unified_;
  Fd cpuacct_;
  Fd memory_;
  Fd blkio_;
  Fd pids_;
};

} // namespace slipway::cgroup
