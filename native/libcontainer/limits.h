#pragma once

#include "libcontainer/json.h"
#include "libcontainer/namespaces.h"

#include <sys/types.h>

/** What the kernel lets a process use and be: resource limits, sysctls, its place before the OOM killer. */
namespace slipway::limits {

/**
 * Sets an OCI `process.rlimits`. Where raising a hard limit is not permitted (no CAP_SYS_RESOURCE), it stays what it
 * is and the soft one goes up to it.
 */
Status setRlimitsFromInit(const json::Value& rlimits);

/** Raises the hard limits of a child to those of an OCI `process.rlimits` which it may not be able to raise itself. */
Status raiseHardFromParent(pid_t child, const json::Value& rlimits);

/**
 * Writes an OCI `linux.sysctl` object.
 * @param proc verified procfs
 * @return EPERM for a key that is not of a namespace the container has to itself
 */
Status setSysctlsFromInit(int proc, const json::Value& sysctls, const namespaces::Set& own);

/** Writes oom_score_adj; one lower than is permitted ends as the lowest that is. */
Status setOomScore(int proc, const json::Value& score);

/** The same for another process, from the host. */
Status setOomScoreOf(pid_t pid, const json::Value& score);

/** The host's /proc, made sure to be procfs (O_PATH). */
Status openProc(Fd& proc);

} // namespace slipway::limits
