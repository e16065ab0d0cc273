#pragma once

#include "libcontainer/arena.h"
#include "libcontainer/cgroup/cgroup.h"
#include "libcontainer/json.h"
#include "libcontainer/namespaces.h"
#include "shim/given.h"
#include "shim/supervisor.h"

namespace slipway::shim {

/** Everything a container's init needs, opened outside of it. */
struct Setup {
  const json::Value* spec = nullptr;
  /** Launch options: rootfs, tty, openStdin, stdinOnce, log, rows, columns. */
  const json::Value* options = nullptr;
  namespaces::Set namespaces;
  cgroup::Place* place = nullptr;
  /** The root as a detached mount. */
  Fd rootfs;
  /** For each of the spec's mounts the source of a bind, or -1. */
  int* trees = nullptr;
  ChildStdio stdio;
  /** Compiled seccomp filter, or -1. */
  int filter = -1;
  /** The word `settled` has come. */
  bool settled = false;
  /** Called in the init when everything is mounted and the host's root is there still; nullptr for nothing. */
  Status (*before_pivot)(Arena& arena, Setup& setup) = nullptr;
  /** The child's end of the channel. */
  Fd channel;
};

/** Opens the log that a container's launch options name, if it is one that the shim writes. */
Status openLog(const json::Value& options);

/** Makes the container of the bundle in the working folder up to its waiting init, and supervises it to its end. */
int runContainer(Given& given);

/** Runs in the init: waits for the parent's part to be done. */
Status awaitSettled(Setup& setup);

/** Runs in the init: everything up to where it waits for the word to start. @param proc verified procfs of the host */
Status prepareInit(Arena& arena, Setup& setup, Fd& proc);

/** Runs in the init: prepares everything, waits for the word to start, becomes the program. Never returns. */
[[noreturn]] void runInit(Arena& arena, Setup& setup);

} // namespace slipway::shim
