#include "shim/birth.h"

#include "libcontainer/limits.h"
#include "libcontainer/user.h"
#include "shim/channel.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::shim {

namespace {

/** What a midwife tells of the birth. */
struct Birth {
  long pid;
  int error;
};

/**
 * Runs in the midwife: enters the namespaces that must be entered before the birth, so that those that are made belong
 * to the user namespace that is joined, and bears the child for its own parent.
 */
Status bear(Arena& arena, Setup& setup, void (*inside)(Arena&, Setup&), clone_args& arguments, Birth& birth) {
  SLIPWAY_TRY(check(setns(setup.namespaces.joinedOf(CLONE_NEWUSER), CLONE_NEWUSER), "join user namespace"));
  SLIPWAY_TRY(check(setresgid(0, 0, 0), "set group"));
  SLIPWAY_TRY(check(setresuid(0, 0, 0), "set user"));
  SLIPWAY_TRY(namespaces::joinPidFromParent(setup.namespaces));
  arguments.flags = (arguments.flags | CLONE_PARENT) & ~static_cast<uint64_t>(CLONE_PIDFD);
  arguments.exit_signal = 0;
  const long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
  if (pid == 0) inside(arena, setup);
  birth.pid = pid;
  return check(pid, "clone");
}

/** Born by a process in between. */
Status makeWithMidwife(Arena& arena, Setup& setup, void (*inside)(Arena&, Setup&), clone_args& arguments, long& pid) {
  void* shared = mmap(nullptr, sizeof(Birth), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return failure("mmap");
  auto* birth = new (shared) Birth{-1, 0};
  clone_args midwife{};
  midwife.exit_signal = SIGCHLD;
  bornIn(*setup.place, midwife);
  const long helper = syscall(SYS_clone3, &midwife, sizeof midwife);
  if (helper == 0) {
    birth->error = bear(arena, setup, inside, arguments, *birth).error;
    _exit(0);
  }
  while (helper > 0 && waitpid(static_cast<pid_t>(helper), nullptr, 0) < 0 && errno == EINTR) {
  }
  Status status = helper < 0 ? failure("clone") : success();
  if (status.ok() && birth->pid < 0) status = failure(birth->error == 0 ? ECHILD : birth->error, "join user namespace");
  pid = birth->pid;
  munmap(shared, sizeof(Birth));
  return status;
}

} // namespace

void bornIn(const cgroup::Place& place, clone_args& arguments) {
  if (!place.v2) return;
  arguments.flags |= CLONE_INTO_CGROUP;
  arguments.cgroup = static_cast<__u64>(place.controller(""));
}

Status makeInit(Arena& arena, Setup& setup, void (*inside)(Arena&, Setup&), pid_t& made, Fd& process) {
  int pidfd = -1;
  long pid = -1;
  clone_args arguments{};
  // A time namespace is for children only; init makes it for itself before execve.
  arguments.flags = (setup.namespaces.made & ~static_cast<unsigned>(CLONE_NEWTIME | CLONE_NEWCGROUP)) | CLONE_PIDFD;
  arguments.pidfd = reinterpret_cast<uint64_t>(&pidfd);
  arguments.exit_signal = SIGCHLD;
  if (setup.namespaces.joinedOf(CLONE_NEWUSER) >= 0) {
    SLIPWAY_TRY(makeWithMidwife(arena, setup, inside, arguments, pid));
    made = static_cast<pid_t>(pid);
    process = Fd(syscall(SYS_pidfd_open, made, 0));
    return process ? success() : failure("open process");
  }
  SLIPWAY_TRY(namespaces::joinPidFromParent(setup.namespaces));
  bornIn(*setup.place, arguments);
  pid = syscall(SYS_clone3, &arguments, sizeof arguments);
  if (pid < 0) return failure("clone");
  if (pid == 0) inside(arena, setup);
  made = static_cast<pid_t>(pid);
  process = Fd(pidfd);
  return success();
}

Status provide(Arena& arena, const json::Value& process, const ChildStdio& stdio, pid_t pid, pid_t mapped) {
  SLIPWAY_TRY(limits::raiseHardFromParent(pid, process["rlimits"]));
  uid_t uid = 0;
  SLIPWAY_TRY(user::findHostUser(arena, mapped, static_cast<uid_t>(process["user"]["uid"].natural()), uid));
  if (uid == 0) return success();
  for (const Fd& end : stdio.fds) {
    struct stat info{};
    if (!end || fstat(end.get(), &info) < 0 || !S_ISFIFO(info.st_mode)) continue;
    SLIPWAY_TRY(check(fchown(end.get(), uid, static_cast<gid_t>(-1)), "set stdio owner"));
  }
  return success();
}

Status settle(Arena& arena, const Setup& setup, pid_t pid, int channel) {
  const json::Value& system = (*setup.spec)["linux"];
  if ((setup.namespaces.made & CLONE_NEWUSER) != 0) {
    SLIPWAY_TRY(user::writeMapsFromParent(arena, pid, system["uidMappings"], system["gidMappings"]));
  }
  SLIPWAY_TRY(provide(arena, (*setup.spec)["process"], setup.stdio, pid, pid));
  if (setup.namespaces.own(CLONE_NEWUSER)) {
    SLIPWAY_TRY(limits::setOomScoreOf(pid, (*setup.spec)["process"]["oomScoreAdj"]));
  }
  SLIPWAY_TRY(cgroup::setResources(arena, *setup.place, system["resources"]));
  // Rules come one by one and begin with "deny all": init, which makes devices by now, joins when they are complete.
  SLIPWAY_TRY(cgroup::setDevices(arena, *setup.place, system["resources"]["devices"]));
  if (!setup.place->v2) SLIPWAY_TRY(cgroup::addProcess(*setup.place, pid));
  return channel::send(channel, channel::Word::settled);
}

} // namespace slipway::shim
