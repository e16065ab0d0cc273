#pragma once

#include "libcontainer/arena.h"
#include "libcontainer/json.h"
#include "libcontainer/status.h"

#include <cstddef>
#include <cstdint>

struct sock_filter;

/**
 * Seccomp filters (seccomp(2)). They are compiled in the daemon, from an OCI `linux.seccomp` object, and handed to
 * the shim as a file: 4 bytes of SECCOMP_FILTER_FLAG_* in host order, then the instructions.
 */
namespace slipway::seccomp {

struct Filter {
  uint32_t flags = 0;
  sock_filter* code = nullptr;
  uint16_t size = 0;
};

/** Reads a compiled filter; none for fd -1. */
Status read(Arena& arena, int fd, Filter& filter);

/** Puts the filter on this thread, for ever. */
Status install(const Filter& filter);

/**
 * Compiles an OCI `linux.seccomp` object into `fd`. Rules for system calls that this machine does not know are left
 * out, as the specification wants it.
 * @return EINVAL for an unknown action, operator, architecture or flag; ENOTSUP for SCMP_ACT_NOTIFY
 */
Status compile(const json::Value& profile, int fd);

} // namespace slipway::seccomp
