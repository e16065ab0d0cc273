#include "libcontainer/cgroup/cgroup.h"
#include "libcontainer/file.h"

#include <fcntl.h>
#include <time.h>

namespace slipway::cgroup::v1 {

namespace {

/** Writes a value to a controller's file. One that the host does not have is an error only when `required`. */
Status set(const Place& place, std::string_view controller, const char* name, std::string_view value) {
  const int folder = place.controller(controller);
  if (folder < 0) return failure(EOPNOTSUPP, "find cgroup controller", controller);
  return file::write(folder, name, value, "set cgroup limit");
}

Status setNumber(const Place& place, std::string_view controller, const char* name, const json::Value& value) {
  if (!value) return success();
  Text<32> text;
  text.number(value.integer());
  return set(place, controller, name, text.view());
}

/** Zero stands for "as it is". */
Status setLimit(const Place& place, std::string_view controller, const char* name, const json::Value& value) {
  return value.integer() == 0 ? success() : setNumber(place, controller, name, value);
}

Status setString(const Place& place, std::string_view controller, const char* name, const json::Value& value) {
  return value.string().empty() ? success() : set(place, controller, name, value.string());
}

/** The limit of memory plus swap may never be under that of memory, so a rising one goes first. */
Status setMemoryLimits(const Place& place, const json::Value& memory) {
  static constexpr const char *limit = "memory.limit_in_bytes", *swap = "memory.memsw.limit_in_bytes";
  if (memory["swap"].integer() == 0) return setLimit(place, "memory", limit, memory["limit"]);
  if (setLimit(place, "memory", limit, memory["limit"]).ok()) return setNumber(place, "memory", swap, memory["swap"]);
  SLIPWAY_TRY(setNumber(place, "memory", swap, memory["swap"]));
  return setLimit(place, "memory", limit, memory["limit"]);
}

Status setMemory(const Place& place, const json::Value& memory) {
  if (!memory) return success();
  SLIPWAY_TRY(setMemoryLimits(place, memory));
  SLIPWAY_TRY(setLimit(place, "memory", "memory.soft_limit_in_bytes", memory["reservation"]));
  SLIPWAY_TRY(setNumber(place, "memory", "memory.swappiness", memory["swappiness"]));
  return memory["disableOOMKiller"].boolean() ? set(place, "memory", "memory.oom_control", "1") : success();
}

Status setCpu(const Place& place, const json::Value& cpu) {
  SLIPWAY_TRY(setLimit(place, "cpu", "cpu.shares", cpu["shares"]));
  SLIPWAY_TRY(setLimit(place, "cpu", "cpu.cfs_period_us", cpu["period"]));
  SLIPWAY_TRY(setLimit(place, "cpu", "cpu.cfs_quota_us", cpu["quota"]));
  SLIPWAY_TRY(setLimit(place, "cpu", "cpu.rt_period_us", cpu["realtimePeriod"]));
  SLIPWAY_TRY(setLimit(place, "cpu", "cpu.rt_runtime_us", cpu["realtimeRuntime"]));
  SLIPWAY_TRY(setString(place, "cpuset", "cpuset.cpus", cpu["cpus"]));
  return setString(place, "cpuset", "cpuset.mems", cpu["mems"]);
}

Status setThrottle(const Place& place, const char* name, const json::Value& devices) {
  for (const json::Value& device : devices) {
    Text<96> text;
    text.number(device["major"].integer()).append(":").number(device["minor"].integer()).append(" ");
    SLIPWAY_TRY(set(place, "blkio", name, text.number(device["rate"].integer()).view()));
  }
  return success();
}

Status setBlockIo(const Place& place, const json::Value& io) {
  if (!io) return success();
  if (io["weight"].integer() > 0 && !setNumber(place, "blkio", "blkio.weight", io["weight"]).ok()) {
    SLIPWAY_TRY(setNumber(place, "blkio", "blkio.bfq.weight", io["weight"]));
  }
  SLIPWAY_TRY(setThrottle(place, "blkio.throttle.read_bps_device", io["throttleReadBpsDevice"]));
  SLIPWAY_TRY(setThrottle(place, "blkio.throttle.write_bps_device", io["throttleWriteBpsDevice"]));
  SLIPWAY_TRY(setThrottle(place, "blkio.throttle.read_iops_device", io["throttleReadIOPSDevice"]));
  return setThrottle(place, "blkio.throttle.write_iops_device", io["throttleWriteIOPSDevice"]);
}

Status setPids(const Place& place, const json::Value& limit) {
  if (!limit) return success();
  Text<32> text;
  const int64_t most = limit.integer();
  return set(place, "pids", "pids.max", most > 0 ? text.number(most).view() : std::string_view("max"));
}

/** Of the pages themselves and, where the kernel counts them, of those that are promised. */
Status setHugePages(const Place& place, const json::Value& limits) {
  for (const json::Value& each : limits) {
    Text<128> name("hugetlb."), reserved("hugetlb.");
    SLIPWAY_TRY(appendPageSize(name, each["pageSize"]));
    SLIPWAY_TRY(appendPageSize(reserved, each["pageSize"]));
    SLIPWAY_TRY(setNumber(place, "hugetlb", name.append(".limit_in_bytes").c_str(), each["limit"]));
    const Status promised = setNumber(place, "hugetlb", reserved.append(".rsvd.limit_in_bytes").c_str(), each["limit"]);
    if (!promised.ok() && promised.error != ENOENT) return promised;
  }
  return success();
}

Status setRdma(const Place& place, const json::Value& devices) {
  for (const json::Value& each : devices) SLIPWAY_TRY(set(place, "rdma", "rdma.max", rdmaLimit(each).view()));
  return success();
}

Status setNetwork(const Place& place, const json::Value& network) {
  SLIPWAY_TRY(setLimit(place, "net_cls", "net_cls.classid", network["classID"]));
  for (const json::Value& each : network["priorities"]) {
    Text<64> text(each["name"].string(), " ");
    SLIPWAY_TRY(set(place, "net_prio", "net_prio.ifpriomap", text.number(each["priority"].integer()).view()));
  }
  return success();
}

void appendNumber(Text<64>& text, const json::Value& number) {
  if (number && number.integer() >= 0) {
    text.number(number.integer());
  } else {
    text.append("*");
  }
}

} // namespace

Status inheritCpuset(int parent, int folder) {
  Arena arena;
  for (const char* name : {"cpuset.cpus", "cpuset.mems"}) {
    char* text = nullptr;
    size_t size = 0;
    SLIPWAY_TRY(file::read(arena, parent, name, text, size));
    SLIPWAY_TRY(file::write(folder, name, {text, size}, "set cgroup limit"));
  }
  return success();
}

Status setResources(Arena&, const Place& place, const json::Value& resources) {
  SLIPWAY_TRY(setMemory(place, resources["memory"]));
  SLIPWAY_TRY(setCpu(place, resources["cpu"]));
  SLIPWAY_TRY(setPids(place, resources["pids"]["limit"]));
  SLIPWAY_TRY(setHugePages(place, resources["hugepageLimits"]));
  SLIPWAY_TRY(setRdma(place, resources["rdma"]));
  SLIPWAY_TRY(setNetwork(place, resources["network"]));
  return setBlockIo(place, resources["blockIO"]);
}

Status setDevices(const Place& place, const json::Value& devices) {
  // What every container may use, whatever the spec denies (OCI runtime spec, "Default Devices"), and mknod of any.
  static constexpr std::string_view always[] = {"c *:* m",   "b *:* m",   "c 1:3 rwm", "c 1:5 rwm",   "c 1:7 rwm",
                                                "c 1:8 rwm", "c 1:9 rwm", "c 5:0 rwm", "c 136:* rwm", "c 5:2 rwm"};
  for (const json::Value& device : devices) {
    const std::string_view type = device["type"].string(), access = device["access"].string();
    Text<64> text;
    if (type.empty() || type == "a") {
      text.append("a");
    } else {
      text.append(type).append(" ");
      appendNumber(text, device["major"]);
      text.append(":");
      appendNumber(text, device["minor"]);
      text.append(" ").append(access.empty() ? "rwm" : access);
    }
    SLIPWAY_TRY(set(place, "devices", device["allow"].boolean() ? "devices.allow" : "devices.deny", text.view()));
  }
  for (const std::string_view rule : always) SLIPWAY_TRY(set(place, "devices", "devices.allow", rule));
  return success();
}

Status freeze(const Place& place, bool frozen) {
  const std::string_view wanted = frozen ? "FROZEN" : "THAWED";
  const int folder = place.controller("freezer");
  if (folder < 0) return failure(EOPNOTSUPP, "find cgroup controller", "freezer");
  // The v1 freezer tells nobody when it is done, and a task that was on its way in is caught by writing again.
  for (int round = 0; round < 2000; round++) {
    char state[16];
    SLIPWAY_TRY(file::write(folder, "freezer.state", wanted, "set freezer state"));
    const Fd fd(openat(folder, "freezer.state", O_RDONLY | O_CLOEXEC));
    const ssize_t size = fd ? ::read(fd.get(), state, sizeof state) : -1;
    if (size < 0) return failure("read freezer state");
    if (std::string_view(state, static_cast<size_t>(size)).starts_with(wanted)) return success();
    const timespec pause{.tv_sec = 0, .tv_nsec = 500'000};
    nanosleep(&pause, nullptr);
  }
  if (frozen) SLIPWAY_TRY(file::write(folder, "freezer.state", "THAWED", "set freezer state"));
  return failure(EBUSY, "freeze cgroup", place.path.view());
}

} // namespace slipway::cgroup::v1
