#include "shim/member.h"

#include "libcontainer/console.h"
#include "libcontainer/limits.h"
#include "libcontainer/process.h"
#include "shim/birth.h"
#include "shim/channel.h"

#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::shim {

namespace {

/** Opens the container's init, and makes sure that its pid has not gone to somebody else by now. */
Status openInit(Arena& arena, Joining& setup) {
  const json::Value& options = *setup.options;
  const auto pid = static_cast<pid_t>(options["pid"].integer());
  setup.init = Fd(syscall(SYS_pidfd_open, pid, 0));
  if (!setup.init) return failure("open container process");
  SLIPWAY_TRY(cgroup::open(options["cgroupsPath"].c_str(), setup.place));
  if (setup.place.count == 0) return success();
  pid_t* members = nullptr;
  size_t count = 0;
  SLIPWAY_TRY(cgroup::pids(arena, setup.place, members, count));
  for (size_t i = 0; i < count; i++) {
    if (members[i] == pid) return success();
  }
  return failure(ESRCH, "open container process");
}

/** The namespaces of process `pid` that this process is not in. */
unsigned foreignNamespaces(int proc, int64_t pid) {
  static constexpr struct {
    std::string_view name;
    unsigned flag;
  } kinds[] = {{"mnt", CLONE_NEWNS},  {"uts", CLONE_NEWUTS},       {"ipc", CLONE_NEWIPC},  {"net", CLONE_NEWNET},
               {"pid", CLONE_NEWPID}, {"cgroup", CLONE_NEWCGROUP}, {"user", CLONE_NEWUSER}};

  unsigned foreign = 0;
  for (const auto& [name, flag] : kinds) {
    struct stat ours{}, theirs{};
    Text<48> own("self/ns/", name), path;
    path.number(pid).append("/ns/").append(name);
    const bool known = fstatat(proc, own.c_str(), &ours, 0) == 0 && fstatat(proc, path.c_str(), &theirs, 0) == 0;
    if (known && ours.st_ino != theirs.st_ino) foreign |= flag;
  }
  return foreign;
}

Status makeConsole(Joining& setup, Fd& slave) {
  const json::Value& options = *setup.options;
  const auto rows = static_cast<uint16_t>(options["rows"].natural()),
             columns = static_cast<uint16_t>(options["columns"].natural());
  const Fd root(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  Fd devpts, master;
  SLIPWAY_TRY(console::openDevpts(root.get(), devpts));
  SLIPWAY_TRY(console::openPair(devpts.get(), master, slave));
  if (rows != 0 && columns != 0) SLIPWAY_TRY(console::resize(master.get(), rows, columns));
  const auto uid = static_cast<uid_t>(options["process"]["user"]["uid"].natural());
  SLIPWAY_TRY(check(fchown(slave.get(), uid, static_cast<gid_t>(-1)), "set terminal owner"));
  return channel::send(setup.channel.get(), channel::Word::console, {}, master.get());
}

Status takeStdio(Joining& setup) {
  Fd slave;
  SLIPWAY_TRY(check(setsid(), "setsid"));
  if ((*setup.options)["tty"].boolean()) {
    SLIPWAY_TRY(makeConsole(setup, slave));
    return console::becomeFromInit(slave.get());
  }
  for (int fd = 0; fd < 3; fd++) SLIPWAY_TRY(check(dup2(setup.stdio.fds[fd].get(), fd), "set stdio"));
  return success();
}

Status becomeMember(Arena& arena, Joining& setup) {
  const json::Value& process = (*setup.options)["process"];
  // In its cgroup before anything else, so that a joined cgroup namespace and its limits are the container's.
  SLIPWAY_TRY(channel::expect(setup.channel.get(), channel::Word::settled));
  SLIPWAY_TRY(limits::setOomScore(setup.proc.get(), process["oomScoreAdj"]));
  SLIPWAY_TRY(check(setns(setup.init.get(), static_cast<int>(setup.namespaces) & ~CLONE_NEWPID), "join namespaces"));
  if ((setup.namespaces & CLONE_NEWUSER) != 0) {
    SLIPWAY_TRY(check(setresgid(0, 0, 0), "set group"));
    SLIPWAY_TRY(check(setresuid(0, 0, 0), "set user"));
  }
  syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr);
  SLIPWAY_TRY(takeStdio(setup));
  SLIPWAY_TRY(channel::send(setup.channel.get(), channel::Word::ready));
  SLIPWAY_TRY(channel::expect(setup.channel.get(), channel::Word::start));
  return process::execute(
      arena, process,
      {.filter = setup.filter, .proc = setup.proc.get(), .report = setup.channel.get(), .preserved = setup.preserved});
}

[[noreturn]] void runMember(Arena& arena, Joining& setup) {
  Status status = becomeMember(arena, setup);
  static_cast<void>(channel::send(setup.channel.get(), channel::Word::failed, status));
  _exit(1);
}

} // namespace

Status openContainer(Arena& arena, Joining& setup) {
  SLIPWAY_TRY(limits::openProc(setup.proc));
  SLIPWAY_TRY(openInit(arena, setup));
  setup.namespaces = foreignNamespaces(setup.proc.get(), (*setup.options)["pid"].integer());
  return success();
}

Status makeMember(Arena& arena, Joining& setup, pid_t& made, Fd& process) {
  int pidfd = -1;
  clone_args arguments{};
  arguments.flags = CLONE_PIDFD;
  arguments.pidfd = reinterpret_cast<uint64_t>(&pidfd);
  arguments.exit_signal = SIGCHLD;
  bornIn(setup.place, arguments);
  if ((setup.namespaces & CLONE_NEWPID) != 0) {
    SLIPWAY_TRY(check(setns(setup.init.get(), CLONE_NEWPID), "join pid namespace"));
  }
  const long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
  if (pid < 0) return failure("clone");
  if (pid == 0) runMember(arena, setup);
  made = static_cast<pid_t>(pid);
  process = Fd(pidfd);
  const json::Value& options = *setup.options;
  const Status provided =
      provide(arena, options["process"], setup.stdio, made, static_cast<pid_t>(options["pid"].integer()));
  if (provided.ok()) return provided;
  // It would wait for its words for ever: it has both ends of the channel.
  kill(made, SIGKILL);
  while (waitpid(made, nullptr, 0) < 0 && errno == EINTR) {
  }
  return provided;
}

} // namespace slipway::shim
