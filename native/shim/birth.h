#pragma once

#include "shim/container.h"

#include <linux/sched.h>
#include <sys/types.h>

namespace slipway::shim {

/** Lets a child be born in its v2 cgroup. In v1 it is moved there. */
void bornIn(const cgroup::Place& place, clone_args& arguments);

/**
 * Makes a container's init, which runs `inside` and never returns from it. With a pid namespace that is joined, this
 * process's children may be born there from then on.
 */
Status makeInit(Arena& arena, Setup& setup, void (*inside)(Arena&, Setup&), pid_t& pid, Fd& pidfd);

/**
 * What a process is given from outside before it goes on, since in a user namespace it may lack the right to take it:
 * its stdio's pipes for its user, so that it can open /dev/stdout, and its hard limits.
 * @param process OCI `process` @param mapped a process of its user namespace
 */
Status provide(Arena& arena, const json::Value& process, const ChildStdio& stdio, pid_t pid, pid_t mapped);

/** What is done for an init from outside while it is at work. @param channel the parent's end */
Status settle(Arena& arena, const Setup& setup, pid_t pid, int channel);

} // namespace slipway::shim
