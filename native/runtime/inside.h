#pragma once

#include "shim/container.h"

/** What the init of a created container does besides what every init of ours does. */
namespace slipway::runtime {

/** Filled in before the init is made. */
struct Waiting {
  /** exec.fifo (O_PATH), at which it waits for `start`. */
  Fd fifo;
  /** Descriptors from 3 on that the program keeps. */
  unsigned preserved = 0;
  const char* id = "";
  const char* bundle = "";
};

extern Waiting waiting;

/** Becomes the container's program when `start` says so. Never returns. */
[[noreturn]] void runCreated(Arena& arena, shim::Setup& setup);

/** In the init, before the root changes: lets the parent run its hooks, then runs createContainer's. */
Status runHooksBeforePivot(Arena& arena, shim::Setup& setup);

/** The State that a hook gets while the container is being made. */
const char* hookState(Arena& arena, const json::Value& spec, const char* status, pid_t pid);

/** Whether a program can be executed, told before the container counts as created; as `process::execute` fails. */
Status lookUp(Arena& arena, const json::Value& process);

} // namespace slipway::runtime
