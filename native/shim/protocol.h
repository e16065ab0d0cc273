#pragma once

#include <cstdint>

/**
 * What the daemon and a shim say to each other on a control connection (a unix stream socket): fixed-size requests
 * one way, answers and events with an optional JSON payload the other. Numbers are in the machine's own order.
 */
namespace slipway::protocol {

/** Descriptors that a shim is started with. */
enum Descriptor : int {
  /** Control connection to the daemon that started it. */
  control = 3,
  /** Stdio of an exec, as an attached connection. */
  stream = 4,
  /** JSON with the launch options (shim/container.cc, shim/exec.cc). */
  options = 5,
  /** Compiled seccomp filter. */
  filter = 6,
};

enum Operation : uint32_t {
  /** Lets a created process execve. Answered when it has. */
  start = 1,
  /** first = signal number. */
  signal = 2,
  /** first = rows, second = columns. */
  resize = 3,
  /** first = Streams. After the answer the connection carries stdio and nothing else. */
  attach = 4,
  /** Kills what still runs, removes the cgroup, ends the shim. Answered by the end of the connection. */
  dispose = 5,
  /** Asks for a `state` event, and `exit` when that has been. */
  subscribe = 6,
};

enum Streams : uint32_t { in = 1, out = 2, err = 4 };

struct Request {
  uint32_t operation;
  uint32_t sequence;
  uint32_t first;
  uint32_t second;
};

enum Kind : uint32_t {
  /** Answer: done. */
  done = 1,
  /** Answer or, with sequence 0, end of a failed creation: {"errno","operation","path"}. */
  failed = 2,
  /** value = pid, sequence 0: the process is there; payload {"state":"created"|"running"|"exited"}. */
  state = 3,
  /** The exit record, see shim/exit_record.h. */
  exit = 4,
};

struct Answer {
  uint32_t kind;
  uint32_t sequence;
  uint32_t value;
  /** Bytes of payload that follow. */
  uint32_t size;
};

} // namespace slipway::protocol
