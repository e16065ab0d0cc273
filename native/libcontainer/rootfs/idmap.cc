#include "libcontainer/rootfs/idmap.h"

#include "libcontainer/fd.h"
#include "libcontainer/text.h"
#include "libcontainer/user.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::idmap {

/** Mappings live in a user namespace, which lives in a process until somebody holds it open. */
static Status openNamespace(Arena& arena, const json::Value& mount, Fd& space) {
  clone_args arguments{};
  arguments.flags = CLONE_NEWUSER;
  arguments.exit_signal = SIGCHLD;
  const long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
  if (pid < 0) return failure("make user namespace");
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    for (;;) pause();
  }
  const auto child = static_cast<pid_t>(pid);
  Status status = user::writeMapsFromParent(arena, child, mount["uidMappings"], mount["gidMappings"]);
  Text<48> path("/proc/");
  space = Fd(open(path.number(child).append("/ns/user").c_str(), O_RDONLY | O_CLOEXEC));
  if (status.ok() && !space) status = failure("open user namespace");
  kill(child, SIGKILL);
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return status;
}

bool isAsked(const json::Value& mount) {
  const json::Value& options = mount["options"];
  return mount["uidMappings"].size() != 0 || mount["gidMappings"].size() != 0 || options.contains("idmap") ||
         options.contains("ridmap");
}

Status apply(Arena& arena, const json::Value& mount, int tree) {
  const std::string_view destination = mount["destination"].string();
  if (mount["uidMappings"].size() == 0 || mount["gidMappings"].size() == 0)
    return failure(EINVAL, "read mappings of mount", destination);
  Fd space;
  SLIPWAY_TRY(openNamespace(arena, mount, space));
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_IDMAP;
  attributes.userns_fd = static_cast<__u64>(space.get());
  const bool recursive = mount["options"].contains("ridmap");
  const unsigned flags = AT_EMPTY_PATH | (recursive ? static_cast<unsigned>(AT_RECURSIVE) : 0U);
  return check(syscall(SYS_mount_setattr, tree, "", flags, &attributes, sizeof attributes), "map owners of mount",
               destination);
}

} // namespace slipway::idmap
