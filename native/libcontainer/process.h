#pragma once

#include "libcontainer/arena.h"
#include "libcontainer/fd.h"
#include "libcontainer/json.h"

/** The last steps to a container's program: from a prepared child to execve(2). */
namespace slipway::process {

/** Operations of a Status of `execute`, by which the kind of a failure is told. */
inline constexpr const char *find_operation = "find executable", *exec_operation = "exec", *chdir_operation = "chdir";

/** What is outside of the OCI `process` object. */
struct Execution {
  /** Compiled seccomp filter (see seccomp.h), -1 for none. */
  int filter = -1;
  /** Verified procfs of the host, for attributes that are written there. */
  int proc = -1;
  /** The one descriptor over 2 that stays open until execve, to tell a failure through; it is close-on-exec. */
  int report = -1;
  /** Descriptors from 3 on that the program keeps; `report` is above them. */
  unsigned preserved = 0;
};

/**
 * Becomes the program of an OCI `process`: limits, working folder, user, capabilities, seccomp, execve. Every
 * descriptor over 2 is closed by it. Returns only when it has failed.
 */
Status execute(Arena& arena, const json::Value& process, const Execution& execution);

/** Gives a child back what a program expects: default signal dispositions, an empty mask, no stop at the parent's end.
 */
void resetSignals();

} // namespace slipway::process
