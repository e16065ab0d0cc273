#pragma once

#include "libcontainer/json.h"

#include <sys/types.h>

/** How the kernel runs a process: the OCI `process` fields scheduler, ioPriority and execCPUAffinity,
 * `linux.personality`. */
namespace slipway::scheduling {

/** Applies `scheduler` (sched_setattr(2)) and `ioPriority` (ioprio_set(2)). EINVAL for a name the field does not know.
 */
Status setFromInit(const json::Value& process);

/** Binds a process (0: this one) to a CPU list such as "0-3,7" (sched_setaffinity(2)); an empty one changes nothing. */
Status setAffinity(pid_t process, std::string_view list);

/** Applies `linux.personality` (personality(2)): domain LINUX or LINUX32, no flags. */
Status setPersonality(const json::Value& personality);

} // namespace slipway::scheduling
