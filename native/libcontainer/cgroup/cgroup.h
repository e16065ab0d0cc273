#pragma once

#include "libcontainer/arena.h"
#include "libcontainer/fd.h"
#include "libcontainer/json.h"
#include "libcontainer/text.h"

#include <cstdint>
#include <sys/types.h>

/**
 * A container's cgroup (cgroups(7)), the same for v2 and for v1 with its many hierarchies. Paths are an OCI spec's
 * `linux.cgroupsPath`: absolute, from the top of each hierarchy. In a user namespace the empty path is no cgroup at
 * all, for who may make none: nothing can be limited, frozen or counted then.
 */
namespace slipway::cgroup {

/** One v1 hierarchy, or the only one of v2. */
struct Hierarchy {
  /** Name of its mount point below /sys/fs/cgroup, such as "memory" or "cpu,cpuacct"; "" for v2. */
  Text<64> name;
  /** The container's folder in it. */
  Fd folder;
};

struct Place {
  static constexpr size_t most = 20;

  bool v2 = false;
  Text<512> path;
  Hierarchy hierarchies[most];
  size_t count = 0;

  /** Folder that has a controller's files; -1 when the host does not mount it. */
  int controller(std::string_view name) const;
};

/** True when /sys/fs/cgroup is the unified hierarchy. */
bool isUnified();

/** Makes the cgroup in every hierarchy; one that is already there will do. */
Status make(const char* path, Place& place);

/** Opens a cgroup that is there; ENOENT when it is in no hierarchy. */
Status open(const char* path, Place& place);

/** Moves a process in. */
Status addProcess(const Place& place, pid_t pid);

/**
 * Makes moving processes between v1 cgroups cheap for as long as `held` is open: 0.3 ms each instead of a grace period
 * of RCU, 10 ms and more (mount option favordynmods, Linux 6.0). Of v2 nothing is held: processes are born in place.
 */
void holdQuickMoves(Fd& held);

/** Applies an OCI `linux.resources` object: what it names is set, the rest stays as it is. */
Status setResources(Arena& arena, const Place& place, const json::Value& resources);

/** Sets which devices may be used, from the `devices` of an OCI `linux.resources` and what every container may use. */
Status setDevices(Arena& arena, const Place& place, const json::Value& devices);

/** How often the OOM killer has struck in it. */
uint64_t oomKills(const Place& place);

/** Freezes or thaws every process; returns when all of them are. */
Status freeze(const Place& place, bool frozen);

/** Pids in it, as this process's pid namespace sees them. */
Status pids(Arena& arena, const Place& place, pid_t*& list, size_t& count);

/** Thaws it, kills every process in it and waits until they have left it. */
Status kill(Arena& arena, const Place& place);

/** Removes an empty cgroup from every hierarchy. EBUSY when a process is left in it. */
Status remove(const Place& place);

/** Value of a line "key value" of a flat keyed file; `otherwise` when there is none. */
uint64_t keyedValue(std::string_view text, std::string_view key, uint64_t otherwise);

/** Takes what stands before `separator` off the beginning of `rest`, and the separator; all of it when there is none.
 */
std::string_view cut(std::string_view& rest, char separator);

/** Appends the size of huge pages as the kernel has it in names, such as 2MB. EINVAL for what is none. */
Status appendPageSize(Text<128>& name, const json::Value& size);

/** A line for rdma.max, from a member of the spec's `rdma`: the device with what it is limited to. */
Text<256> rdmaLimit(const json::Value& device);

namespace v1 {
Status setResources(Arena& arena, const Place& place, const json::Value& resources);
Status setDevices(const Place& place, const json::Value& devices);
Status freeze(const Place& place, bool frozen);
/** A new cpuset can hold no process before it has the processors and memory nodes of its parent. */
Status inheritCpuset(int parent, int folder);
} // namespace v1

namespace v2 {
Status setResources(const Place& place, const json::Value& resources);
Status setDevices(Arena& arena, const Place& place, const json::Value& devices);
Status freeze(const Place& place, bool frozen);
/** Hands every controller of the folder down to its children. */
void delegateControllers(int folder);
} // namespace v2

} // namespace slipway::cgroup
