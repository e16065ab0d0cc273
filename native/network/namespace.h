#pragma once

#include "libcontainer/fd.h"
#include "libcontainer/status.h"

#include <functional>
#include <string>
#include <string_view>

namespace slipway::netns {

/** Opens the network namespace of process `pid`. */
Status open(int pid, Fd& out);

/**
 * Runs `work` inside a network namespace and returns what it returned.
 *
 * Namespaces are otherwise entered in the shim, because a threaded process cannot change them safely. A network
 * namespace belongs to a thread (setns(2), CLONE_NEWNET), so a thread of our own enters it, works and ends: no thread
 * of Node's ever leaves the host's namespace.
 */
Status inside(const Fd& netns, const std::function<Status()>& work);

/** Writes `value` to /proc/sys/net/`name` of the calling thread's network namespace. */
Status writeSysctl(const std::string& name, std::string_view value);

} // namespace slipway::netns
