#include "libcontainer/namespaces.h"

#include "libcontainer/file.h"
#include "libcontainer/text.h"

#include <fcntl.h>
#include <unistd.h>

namespace slipway::namespaces {

namespace {

struct Kind {
  std::string_view name;
  unsigned flag;
};

constexpr Kind kinds[] = {{"pid", CLONE_NEWPID},       {"network", CLONE_NEWNET}, {"mount", CLONE_NEWNS},
                          {"ipc", CLONE_NEWIPC},       {"uts", CLONE_NEWUTS},     {"user", CLONE_NEWUSER},
                          {"cgroup", CLONE_NEWCGROUP}, {"time", CLONE_NEWTIME}};

unsigned flagOf(std::string_view name) {
  for (const Kind& kind : kinds) {
    if (kind.name == name) return kind.flag;
  }
  return 0;
}

} // namespace

int Set::joinedOf(unsigned flag) const {
  for (size_t i = 0; i < joined_count; i++) {
    if (static_cast<unsigned>(joined[i].flag) == flag) return joined[i].fd.get();
  }
  return -1;
}

bool Set::own(unsigned flag) const {
  return (made & flag) != 0 || joinedOf(flag) >= 0;
}

Status parse(const json::Value& list, Set& result) {
  for (const json::Value& each : list) {
    const unsigned flag = flagOf(each["type"].string());
    if (flag == 0 || result.own(flag)) return failure(EINVAL, "read namespaces", each["type"].string());
    const char* path = each["path"].c_str();
    if (path[0] == '\0') {
      result.made |= flag;
      continue;
    }
    Set::Joined& joined = result.joined[result.joined_count++];
    joined.flag = static_cast<int>(flag);
    joined.fd = Fd(open(path, O_RDONLY | O_CLOEXEC));
    if (!joined.fd) return failure("open namespace", path);
  }
  return success();
}

Status joinFromInit(const Set& set) {
  for (size_t i = 0; i < set.joined_count; i++) {
    const Set::Joined& joined = set.joined[i];
    if ((joined.flag & (CLONE_NEWPID | CLONE_NEWUSER)) == 0)
      SLIPWAY_TRY(check(setns(joined.fd.get(), joined.flag), "join namespace"));
  }
  return success();
}

Status joinPidFromParent(const Set& set) {
  const int pids = set.joinedOf(CLONE_NEWPID);
  return pids < 0 ? success() : check(setns(pids, CLONE_NEWPID), "join pid namespace");
}

Status enterNewTime(int proc, const json::Value& offsets) {
  SLIPWAY_TRY(check(unshare(CLONE_NEWTIME), "make time namespace"));
  for (const json::Value& each : offsets) {
    Text<128> line(each.key(), " ");
    line.number(each["secs"].integer()).append(" ").number(each["nanosecs"].integer()).append("\n");
    SLIPWAY_TRY(file::write(proc, "self/timens_offsets", line.view(), "set time offset"));
  }
  // Only since Linux 6.3 does execve(2) enter what unshare(2) made.
  const Fd made(openat(proc, "self/ns/time_for_children", O_RDONLY | O_CLOEXEC));
  if (!made) return failure("open time namespace");
  return check(setns(made.get(), CLONE_NEWTIME), "enter time namespace");
}

Status setHostname(const Set& set, const char* hostname, const char* domainname) {
  if (!set.own(CLONE_NEWUTS)) return success();
  if (hostname[0] != '\0') SLIPWAY_TRY(check(sethostname(hostname, strlen(hostname)), "set hostname", hostname));
  if (domainname[0] == '\0') return success();
  return check(setdomainname(domainname, strlen(domainname)), "set domainname", domainname);
}

} // namespace slipway::namespaces
