#include "libcontainer/scheduling.h"

#include <cstdlib>
#include <linux/ioprio.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace slipway::scheduling {

namespace {

struct Name {
  std::string_view name;
  uint32_t value;
};

constexpr Name policies[] = {{"SCHED_OTHER", 0}, {"SCHED_FIFO", 1}, {"SCHED_RR", 2},      {"SCHED_BATCH", 3},
                             {"SCHED_ISO", 4},   {"SCHED_IDLE", 5}, {"SCHED_DEADLINE", 6}};
constexpr Name flags[] = {{"SCHED_FLAG_RESET_ON_FORK", 0x01}, {"SCHED_FLAG_RECLAIM", 0x02},
                          {"SCHED_FLAG_DL_OVERRUN", 0x04},    {"SCHED_FLAG_KEEP_POLICY", 0x08},
                          {"SCHED_FLAG_KEEP_PARAMS", 0x10},   {"SCHED_FLAG_UTIL_CLAMP_MIN", 0x20},
                          {"SCHED_FLAG_UTIL_CLAMP_MAX", 0x40}};
constexpr Name classes[] = {{"IOPRIO_CLASS_RT", IOPRIO_CLASS_RT},
                            {"IOPRIO_CLASS_BE", IOPRIO_CLASS_BE},
                            {"IOPRIO_CLASS_IDLE", IOPRIO_CLASS_IDLE}};

template <size_t size>
Status find(const Name (&table)[size], std::string_view name, const char* operation, uint32_t& value) {
  for (const Name& row : table) {
    if (row.name == name) return value = row.value, success();
  }
  return failure(EINVAL, operation, name);
}

Status setScheduler(const json::Value& scheduler) {
  // struct sched_attr, first version: libc has none.
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
  } attributes{};

  attributes.size = sizeof attributes;
  SLIPWAY_TRY(find(policies, scheduler["policy"].string(), "read scheduler policy", attributes.policy));
  for (const json::Value& each : scheduler["flags"]) {
    uint32_t flag = 0;
    SLIPWAY_TRY(find(flags, each.string(), "read scheduler flag", flag));
    attributes.flags |= flag;
  }
  attributes.nice = static_cast<int32_t>(scheduler["nice"].integer());
  attributes.priority = static_cast<uint32_t>(scheduler["priority"].natural());
  attributes.runtime = scheduler["runtime"].natural();
  attributes.deadline = scheduler["deadline"].natural();
  attributes.period = scheduler["period"].natural();
  return check(syscall(SYS_sched_setattr, 0, &attributes, 0), "set scheduler", scheduler["policy"].string());
}

} // namespace

Status setFromInit(const json::Value& process) {
  const json::Value &scheduler = process["scheduler"], &priority = process["ioPriority"];
  if (scheduler) SLIPWAY_TRY(setScheduler(scheduler));
  if (!priority) return success();
  uint32_t kind = 0;
  SLIPWAY_TRY(find(classes, priority["class"].string(), "read ioPriority", kind));
  const auto value = static_cast<int>(IOPRIO_PRIO_VALUE(kind, static_cast<uint32_t>(priority["priority"].natural())));
  return check(syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, value), "set ioPriority", priority["class"].string());
}

Status setAffinity(pid_t process, std::string_view list) {
  if (list.empty()) return success();
  cpu_set_t set;
  CPU_ZERO(&set);
  const char* at = list.data();
  for (;;) {
    char* end = nullptr;
    const unsigned long first = strtoul(at, &end, 10);
    unsigned long last = first;
    if (end == at) return failure(EINVAL, "read CPU list", list);
    if (*end == '-') {
      at = end + 1;
      last = strtoul(at, &end, 10);
    }
    if (end == at || last < first || last >= CPU_SETSIZE) return failure(EINVAL, "read CPU list", list);
    for (unsigned long cpu = first; cpu <= last; cpu++) CPU_SET(cpu, &set);
    if (*end != ',') break;
    at = end + 1;
  }
  return check(sched_setaffinity(process, sizeof set, &set), "set CPU affinity", list);
}

Status setPersonality(const json::Value& wanted) {
  if (!wanted) return success();
  const std::string_view domain = wanted["domain"].string();
  if (domain != "LINUX" && domain != "LINUX32") return failure(EINVAL, "read personality", domain);
  if (wanted["flags"].size() != 0) return failure(EINVAL, "read personality flags", domain);
  return check(personality(domain == "LINUX" ? PER_LINUX : PER_LINUX32), "set personality", domain);
}

} // namespace slipway::scheduling
