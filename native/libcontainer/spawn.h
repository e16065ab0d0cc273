#pragma once

#include "libcontainer/fd.h"
#include "libcontainer/status.h"

#include <sys/types.h>

/** Starting shims from a process with many threads. */
namespace slipway::spawn {

/**
 * A copy of the executable at `path` in sealed memory (memfd_create(2)): what runs from it cannot be written, not
 * even by a container's root through /proc/PID/exe (CVE-2019-5736).
 */
Status seal(const char* path, Fd& copy);

/** A memory file with this text. */
Status makeMemoryFile(const char* name, const void* data, size_t size, Fd& file);

struct Launch {
  static constexpr int first_descriptor = 3;
  static constexpr int most_descriptors = 4;

  /** The sealed executable. */
  int executable = -1;
  const char* role = "";
  /** Working folder, -1 for this process's. */
  int folder = -1;
  /** Become 3, 4, 5, 6 in the shim; -1 leaves one closed. Nothing else is inherited. */
  int descriptors[most_descriptors] = {-1, -1, -1, -1};
};

/** Starts it with vfork(2) semantics: no page table is copied, however large this process is. */
Status start(const Launch& launch, pid_t& pid);

} // namespace slipway::spawn
