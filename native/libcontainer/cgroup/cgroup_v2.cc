#include "libcontainer/cgroup/cgroup.h"
#include "libcontainer/file.h"

#include <fcntl.h>
#include <poll.h>

namespace slipway::cgroup::v2 {

namespace {

Status set(const Place& place, const char* name, std::string_view value) {
  return file::write(place.controller(""), name, value, "set cgroup limit");
}

/** Negative stands for "no limit", zero for "as it is". */
Status setLimit(const Place& place, const char* name, const json::Value& value) {
  if (value.integer() == 0) return success();
  Text<32> text;
  return set(place, name, value.integer() < 0 ? std::string_view("max") : text.number(value.integer()).view());
}

/** v1 counts memory and swap together, v2 swap alone. */
Status setMemory(const Place& place, const json::Value& memory) {
  if (!memory) return success();
  const int64_t limit = memory["limit"].integer(), both = memory["swap"].integer();
  Text<32> text;
  if (both < 0) SLIPWAY_TRY(set(place, "memory.swap.max", "max"));
  // A kernel without swap has no such file, and nothing to limit.
  if (both > 0 && limit > 0) {
    Status status = set(place, "memory.swap.max", text.number(both - limit).view());
    if (!status.ok() && status.error != ENOENT) return status;
  }
  SLIPWAY_TRY(setLimit(place, "memory.max", memory["limit"]));
  return setLimit(place, "memory.low", memory["reservation"]);
}

Status setCpu(const Place& place, const json::Value& cpu) {
  const int64_t shares = cpu["shares"].integer(), quota = cpu["quota"].integer(), period = cpu["period"].integer();
  if (shares >= 2) {
    // Maps v1's 2..262144 on v2's 1..10000.
    Text<32> weight;
    SLIPWAY_TRY(set(place, "cpu.weight", weight.number(1 + (shares - 2) * 9999 / 262142).view()));
  }
  if (quota != 0 || period != 0) {
    Text<64> text;
    if (quota > 0) {
      text.number(quota);
    } else {
      text.append("max");
    }
    text.append(" ").number(period > 0 ? period : 100000);
    SLIPWAY_TRY(set(place, "cpu.max", text.view()));
  }
  if (!cpu["cpus"].string().empty()) SLIPWAY_TRY(set(place, "cpuset.cpus", cpu["cpus"].string()));
  return cpu["mems"].string().empty() ? success() : set(place, "cpuset.mems", cpu["mems"].string());
}

Status setThrottle(const Place& place, std::string_view key, const json::Value& devices) {
  for (const json::Value& device : devices) {
    Text<128> text;
    text.number(device["major"].integer()).append(":").number(device["minor"].integer()).append(" ").append(key);
    const int64_t rate = device["rate"].integer();
    text.append("=");
    SLIPWAY_TRY(set(place, "io.max", rate > 0 ? text.number(rate).view() : text.append("max").view()));
  }
  return success();
}

Status setBlockIo(const Place& place, const json::Value& io) {
  if (!io) return success();
  if (const int64_t weight = io["weight"].integer(); weight > 0) {
    Text<32> bfq, plain;
    // io.bfq.weight takes 1..1000 as v1 did; io.weight 1..10000.
    if (!set(place, "io.bfq.weight", bfq.number(weight).view()).ok()) {
      SLIPWAY_TRY(set(place, "io.weight", plain.number(1 + (weight - 10) * 9999 / 990).view()));
    }
  }
  SLIPWAY_TRY(setThrottle(place, "rbps", io["throttleReadBpsDevice"]));
  SLIPWAY_TRY(setThrottle(place, "wbps", io["throttleWriteBpsDevice"]));
  SLIPWAY_TRY(setThrottle(place, "riops", io["throttleReadIOPSDevice"]));
  return setThrottle(place, "wiops", io["throttleWriteIOPSDevice"]);
}

Status setPids(const Place& place, const json::Value& limit) {
  if (!limit) return success();
  Text<32> text;
  return set(place, "pids.max", limit.integer() > 0 ? text.number(limit.integer()).view() : std::string_view("max"));
}

Status setHugePages(const Place& place, const json::Value& limits) {
  for (const json::Value& each : limits) {
    Text<128> name("hugetlb."), reserved("hugetlb.");
    SLIPWAY_TRY(appendPageSize(name, each["pageSize"]));
    SLIPWAY_TRY(appendPageSize(reserved, each["pageSize"]));
    Text<32> limit;
    limit.number(each["limit"].integer());
    SLIPWAY_TRY(set(place, name.append(".max").c_str(), limit.view()));
    const Status promised = set(place, reserved.append(".rsvd.max").c_str(), limit.view());
    if (!promised.ok() && promised.error != ENOENT) return promised;
  }
  return success();
}

Status setRdma(const Place& place, const json::Value& devices) {
  for (const json::Value& each : devices) SLIPWAY_TRY(set(place, "rdma.max", rdmaLimit(each).view()));
  return success();
}

Status setUnified(const Place& place, const json::Value& unified) {
  for (const json::Value& each : unified) {
    const Text<128> name(each.key());
    if (name.view().find('/') != std::string_view::npos) return failure(EINVAL, "set cgroup limit", each.key());
    SLIPWAY_TRY(set(place, name.c_str(), each.string()));
  }
  return success();
}

bool isFrozen(int events, bool& frozen) {
  char text[256];
  const ssize_t size = pread(events, text, sizeof text - 1, 0);
  if (size < 0) return false;
  text[size] = '\0';
  frozen = keyedValue({text, static_cast<size_t>(size)}, "frozen", 0) != 0;
  return true;
}

} // namespace

void delegateControllers(int folder) {
  // One by one: a controller that the host cannot hand down is missed only by a container that asks for its limits.
  for (const std::string_view each : {"+cpu", "+cpuset", "+hugetlb", "+io", "+memory", "+pids", "+rdma"}) {
    static_cast<void>(file::write(folder, "cgroup.subtree_control", each));
  }
}

Status setResources(const Place& place, const json::Value& resources) {
  SLIPWAY_TRY(setMemory(place, resources["memory"]));
  SLIPWAY_TRY(setCpu(place, resources["cpu"]));
  SLIPWAY_TRY(setPids(place, resources["pids"]["limit"]));
  SLIPWAY_TRY(setBlockIo(place, resources["blockIO"]));
  SLIPWAY_TRY(setHugePages(place, resources["hugepageLimits"]));
  SLIPWAY_TRY(setRdma(place, resources["rdma"]));
  // net_cls and net_prio have no successor among v2's controllers.
  if (resources["network"].size() != 0) return failure(EOPNOTSUPP, "find cgroup controller", "net_cls");
  return setUnified(place, resources["unified"]);
}

Status freeze(const Place& place, bool frozen) {
  const Fd events(openat(place.controller(""), "cgroup.events", O_RDONLY | O_CLOEXEC));
  if (!events) return failure("open", "cgroup.events");
  SLIPWAY_TRY(file::write(place.controller(""), "cgroup.freeze", frozen ? "1" : "0", "freeze cgroup"));
  for (;;) {
    bool now = !frozen;
    if (!isFrozen(events.get(), now)) return failure("read", "cgroup.events");
    if (now == frozen) return success();
    pollfd changed{.fd = events.get(), .events = POLLPRI, .revents = 0};
    const int count = poll(&changed, 1, 10'000);
    if (count < 0 && errno != EINTR) return failure("poll", "cgroup.events");
    if (count == 0) return failure(EBUSY, "freeze cgroup", place.path.view());
  }
}

} // namespace slipway::cgroup::v2
