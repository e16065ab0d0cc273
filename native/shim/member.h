#pragma once

#include "libcontainer/arena.h"
#include "libcontainer/cgroup/cgroup.h"
#include "libcontainer/json.h"
#include "shim/stdio.h"

#include <sys/types.h>

namespace slipway::shim {

/** What one more process of a container needs, opened outside of it. */
struct Joining {
  /** {process (OCI), pid (of the container's init), cgroupsPath, tty, rows, columns}. */
  const json::Value* options = nullptr;
  Fd init;
  Fd proc;
  cgroup::Place place;
  /** Flags (CLONE_NEW...) of the namespaces that are not this process's own: the others need not, and may perhaps not,
   * be joined. */
  unsigned namespaces = 0;
  ChildStdio stdio;
  /** Compiled seccomp filter, or -1. */
  int filter = -1;
  /** Descriptors from 3 on that the program keeps. */
  unsigned preserved = 0;
  /** The child's end of the channel. */
  Fd channel;
};

/** Opens the container of `options`, and makes sure that the pid has not gone to somebody else by now. */
Status openContainer(Arena& arena, Joining& joining);

/**
 * Makes the process: it waits in the container for the words `settled` (it is in its cgroup) and `start`, and becomes
 * its program. This process's children are born in the container's pid namespace from then on. When this fails, there
 * is no process.
 */
Status makeMember(Arena& arena, Joining& joining, pid_t& pid, Fd& pidfd);

} // namespace slipway::shim
