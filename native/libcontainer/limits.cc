#include "libcontainer/limits.h"

#include "libcontainer/file.h"
#include "libcontainer/text.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

namespace slipway::limits {

namespace {

struct Name {
  std::string_view name;
  __rlimit_resource resource;
};

constexpr Name names[] = {
    {"RLIMIT_AS", RLIMIT_AS},           {"RLIMIT_CORE", RLIMIT_CORE},         {"RLIMIT_CPU", RLIMIT_CPU},
    {"RLIMIT_DATA", RLIMIT_DATA},       {"RLIMIT_FSIZE", RLIMIT_FSIZE},       {"RLIMIT_LOCKS", RLIMIT_LOCKS},
    {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK}, {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE}, {"RLIMIT_NICE", RLIMIT_NICE},
    {"RLIMIT_NOFILE", RLIMIT_NOFILE},   {"RLIMIT_NPROC", RLIMIT_NPROC},       {"RLIMIT_RSS", RLIMIT_RSS},
    {"RLIMIT_RTPRIO", RLIMIT_RTPRIO},   {"RLIMIT_RTTIME", RLIMIT_RTTIME},     {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING},
    {"RLIMIT_STACK", RLIMIT_STACK}};

rlim_t readLimit(const json::Value& value) {
  // Unlimited comes as 2^64-1, or as -1 from clients that count with a sign.
  return value.integer() < 0 ? RLIM_INFINITY : value.natural();
}

Status setRlimit(const Name& name, const json::Value& value) {
  rlimit wanted{.rlim_cur = readLimit(value["soft"]), .rlim_max = readLimit(value["hard"])}, now{};
  if (wanted.rlim_cur > wanted.rlim_max) wanted.rlim_cur = wanted.rlim_max;
  if (setrlimit(name.resource, &wanted) == 0) return success();
  if (errno != EPERM || getrlimit(name.resource, &now) < 0) return failure("set rlimit", name.name);
  wanted.rlim_max = wanted.rlim_max < now.rlim_max ? wanted.rlim_max : now.rlim_max;
  if (wanted.rlim_cur > wanted.rlim_max) wanted.rlim_cur = wanted.rlim_max;
  return check(setrlimit(name.resource, &wanted), "set rlimit", name.name);
}

const Name* findName(const json::Value& limit) {
  for (const Name& name : names) {
    if (name.name == limit["type"].string()) return &name;
  }
  return nullptr;
}

/** Whether a key is of a namespace that only this container sees. */
bool isOwn(std::string_view key, const namespaces::Set& own) {
  static constexpr std::string_view ipc[] = {"kernel.msgmax", "kernel.msgmnb",         "kernel.msgmni",
                                             "kernel.sem",    "kernel.shmall",         "kernel.shmmax",
                                             "kernel.shmmni", "kernel.shm_rmid_forced"};
  if (key.starts_with("net.")) return own.own(CLONE_NEWNET);
  if (key.starts_with("fs.mqueue.")) return own.own(CLONE_NEWIPC);
  if (key == "kernel.domainname") return own.own(CLONE_NEWUTS);
  if (key.starts_with("user.")) return own.own(CLONE_NEWUSER);
  for (const std::string_view each : ipc) {
    if (key == each) return own.own(CLONE_NEWIPC);
  }
  return false;
}

Status setSysctl(int proc, const json::Value& sysctl) {
  char path[300] = "sys/";
  const std::string_view key = sysctl.key();
  if (key.size() > 255 || key.find("..") != key.npos) return failure(EINVAL, "set sysctl", key);
  // Dots part the names, and a slash stands for a dot within one, as in net.ipv4.conf.eth0/1.forwarding.
  for (size_t i = 0; i < key.size(); i++) path[4 + i] = key[i] == '.' ? '/' : key[i] == '/' ? '.' : key[i];
  open_how how{};
  how.flags = static_cast<unsigned>(O_WRONLY) | static_cast<unsigned>(O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
  const Fd fd(syscall(SYS_openat2, proc, path, &how, sizeof how));
  if (!fd) return failure("set sysctl", key);
  const std::string_view value = sysctl.string();
  return check(::write(fd.get(), value.data(), value.size()), "set sysctl", key);
}

} // namespace

Status setRlimitsFromInit(const json::Value& rlimits) {
  for (const json::Value& each : rlimits) {
    const Name* found = findName(each);
    if (found == nullptr) return failure(EINVAL, "read rlimits", each["type"].string());
    SLIPWAY_TRY(setRlimit(*found, each));
  }
  return success();
}

Status raiseHardFromParent(pid_t child, const json::Value& rlimits) {
  for (const json::Value& each : rlimits) {
    const Name* found = findName(each);
    rlimit now{};
    if (found == nullptr) continue;
    SLIPWAY_TRY(check(prlimit(child, found->resource, nullptr, &now), "read rlimit", found->name));
    const rlim_t wanted = readLimit(each["hard"]);
    if (wanted <= now.rlim_max) continue;
    now.rlim_max = wanted;
    // Without CAP_SYS_RESOURCE it stays what it is, as for a process that sets its own.
    if (prlimit(child, found->resource, &now, nullptr) < 0 && errno != EPERM) return failure("set rlimit", found->name);
  }
  return success();
}

Status setSysctlsFromInit(int proc, const json::Value& sysctls, const namespaces::Set& own) {
  for (const json::Value& each : sysctls) {
    if (!isOwn(each.key(), own)) return failure(EPERM, "set sysctl", each.key());
    SLIPWAY_TRY(setSysctl(proc, each));
  }
  return success();
}

static Status writeOomScore(int at, const char* path, const json::Value& score) {
  if (!score) return success();
  Text<16> text;
  Status status = file::write(at, path, text.number(score.integer()).view(), "set oom_score_adj");
  if (status.error != EACCES) return status;
  // Without CAP_SYS_RESOURCE it cannot go under what it was given: the process stays there.
  return success();
}

Status setOomScore(int proc, const json::Value& score) {
  return writeOomScore(proc, "self/oom_score_adj", score);
}

Status setOomScoreOf(pid_t pid, const json::Value& score) {
  Text<48> path("/proc/");
  return writeOomScore(AT_FDCWD, path.number(pid).append("/oom_score_adj").c_str(), score);
}

Status openProc(Fd& proc) {
  struct statfs info{};
  proc = Fd(open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!proc || fstatfs(proc.get(), &info) < 0) return failure("open", "/proc");
  return info.f_type == PROC_SUPER_MAGIC ? success() : failure(EXDEV, "verify procfs", "/proc");
}

} // namespace slipway::limits
