#pragma once

#include "shim/given.h"
#include "shim/supervisor.h"

/**
 * Containers and execs made by the command line of an OCI runtime such as runc or crun. The shim mounts the root, holds
 * the stdio, and is the subreaper that the runtime leaves the process to. The daemon's launch options have `runtime`:
 * {arguments (of the command, the program first), pidFile, consoleSocket}; both files are named relative to the shim's
 * working folder.
 */
namespace slipway::shim::oci {

/** Exit codes of a runtime that could not be run at all, as shells have it. */
inline constexpr int not_run_code = 127;

/**
 * Makes the container of the bundle in the working folder, up to its waiting init.
 * @param options {runtime, rootfs, sources (paths that are copied to the folder of that name, by number), owner (uid of
 * the process as the host sees it), tty, openStdin, stdinOnce, log, rows, columns, cgroupsPath}
 * @return operation "run OCI runtime" when it has failed: its own log says why
 */
Status makeContainer(Arena& arena, const json::Value& options, cgroup::Place& place, Child& child);

/** Runs one more process. @param options {runtime, folder (becomes the working folder), owner, tty, streams, rows,
 * columns} */
Status makeExec(Arena& arena, const json::Value& options, Fd stream, Child& child);

} // namespace slipway::shim::oci
