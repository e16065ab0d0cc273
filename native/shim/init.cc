#include "libcontainer/console.h"
#include "libcontainer/limits.h"
#include "libcontainer/process.h"
#include "libcontainer/rooted.h"
#include "libcontainer/rootfs/container_mounts.h"
#include "libcontainer/rootfs/devices.h"
#include "libcontainer/rootfs/masks.h"
#include "libcontainer/rootfs/mount.h"
#include "libcontainer/rootfs/rootfs.h"
#include "libcontainer/scheduling.h"
#include "shim/container.h"

#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace slipway::shim {

namespace {

/** Takes a new root on "/": on top of the host's, in this mount namespace alone. */
Status attachRoot(const Setup& setup) {
  const Fd top(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!top) return failure("open", "/");
  return mount::attach(setup.rootfs.get(), top.get(), "rootfs");
}

Status makeConsole(const Setup& setup, const container_mounts::Mounted& mounted, Fd& slave) {
  const json::Value& options = *setup.options;
  Fd master, devpts;
  if (!mounted.devpts) SLIPWAY_TRY(console::openDevpts(setup.rootfs.get(), devpts));
  SLIPWAY_TRY(console::openPair(mounted.devpts ? mounted.devpts.get() : devpts.get(), master, slave));
  const auto rows = static_cast<uint16_t>(options["rows"].natural()),
             columns = static_cast<uint16_t>(options["columns"].natural());
  if (rows != 0 && columns != 0) SLIPWAY_TRY(console::resize(master.get(), rows, columns));
  SLIPWAY_TRY(console::bindConsoleFromInit(setup.rootfs.get(), slave.get()));
  const json::Value& user = (*setup.spec)["process"]["user"];
  SLIPWAY_TRY(check(fchown(slave.get(), static_cast<uid_t>(user["uid"].natural()), static_cast<gid_t>(-1)),
                    "set terminal owner"));
  return channel::send(setup.channel.get(), channel::Word::console, {}, master.get());
}

Status takeStdio(const Setup& setup, const Fd& slave) {
  SLIPWAY_TRY(check(setsid(), "setsid"));
  if (slave) return console::becomeFromInit(slave.get());
  for (int fd = 0; fd < 3; fd++) SLIPWAY_TRY(check(dup2(setup.stdio.fds[fd].get(), fd), "set stdio"));
  return success();
}

Status setRootPropagation(const Setup& setup) {
  const std::string_view name = (*setup.spec)["linux"]["rootfsPropagation"].string();
  mount::Options options;
  options.propagation_recursive = name.starts_with("r");
  const std::string_view kind = options.propagation_recursive ? name.substr(1) : name;
  options.propagation = kind == "shared"       ? MS_SHARED
                        : kind == "slave"      ? MS_SLAVE
                        : kind == "unbindable" ? MS_UNBINDABLE
                                               : 0;
  return mount::setAttributes(setup.rootfs.get(), options);
}

Status mountEverything(Arena& arena, Setup& setup, Fd& slave) {
  const json::Value& spec = *setup.spec;
  const json::Value& system = spec["linux"];
  container_mounts::Mounted mounted;
  // Nothing that is mounted from here on reaches the host.
  SLIPWAY_TRY(check(::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr), "make mounts private", "/"));
  SLIPWAY_TRY(attachRoot(setup));
  const int root = setup.rootfs.get();
  SLIPWAY_TRY(container_mounts::mountFromInit(arena, spec["mounts"], setup.trees, root, *setup.place,
                                              setup.namespaces.own(CLONE_NEWCGROUP), mounted));
  if (mounted.own_dev) SLIPWAY_TRY(devices::makeFromInit(root, system["devices"], setup.namespaces.own(CLONE_NEWUSER)));
  if ((*setup.options)["tty"].boolean()) SLIPWAY_TRY(makeConsole(setup, mounted, slave));
  const char* cwd = spec["process"]["cwd"].c_str();
  Fd folder;
  // What is in the way of it is told when it is entered.
  if (cwd[0] == '/') static_cast<void>(rooted::makeFolder(root, cwd, 0755, folder));
  SLIPWAY_TRY(masks::protectFromInit(root, system["readonlyPaths"]));
  SLIPWAY_TRY(masks::hideFromInit(root, system["maskedPaths"]));
  return spec["root"]["readonly"].boolean() ? mount::makeReadOnly(root, false) : success();
}

/** The spec's session keyring, lest the daemon's be reachable; a kernel without keys has nothing to hide. */
void leaveKeyring() {
  syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr);
}

Status becomeInit(Arena& arena, Setup& setup) {
  Fd proc;
  SLIPWAY_TRY(prepareInit(arena, setup, proc));
  SLIPWAY_TRY(channel::send(setup.channel.get(), channel::Word::ready));
  SLIPWAY_TRY(channel::expect(setup.channel.get(), channel::Word::start));
  return process::execute(arena, (*setup.spec)["process"],
                          {.filter = setup.filter, .proc = proc.get(), .report = setup.channel.get()});
}

} // namespace

Status awaitSettled(Setup& setup) {
  if (!setup.settled) SLIPWAY_TRY(channel::expect(setup.channel.get(), channel::Word::settled));
  setup.settled = true;
  return success();
}

Status prepareInit(Arena& arena, Setup& setup, Fd& proc) {
  const json::Value& spec = *setup.spec;
  Fd slave;
  const bool own_users = setup.namespaces.own(CLONE_NEWUSER);
  if (own_users || (setup.namespaces.made & CLONE_NEWCGROUP) != 0) SLIPWAY_TRY(awaitSettled(setup));
  SLIPWAY_TRY(limits::openProc(proc));
  SLIPWAY_TRY(namespaces::joinFromInit(setup.namespaces));
  if ((setup.namespaces.made & CLONE_NEWCGROUP) != 0)
    SLIPWAY_TRY(check(unshare(CLONE_NEWCGROUP), "make cgroup namespace"));
  if (own_users) {
    SLIPWAY_TRY(check(setresgid(0, 0, 0), "set group"));
    SLIPWAY_TRY(check(setresuid(0, 0, 0), "set user"));
  }
  SLIPWAY_TRY(mountEverything(arena, setup, slave));
  if (setup.before_pivot != nullptr) SLIPWAY_TRY(setup.before_pivot(arena, setup));
  SLIPWAY_TRY(namespaces::setHostname(setup.namespaces, spec["hostname"].c_str(), spec["domainname"].c_str()));
  SLIPWAY_TRY(limits::setSysctlsFromInit(proc.get(), spec["linux"]["sysctl"], setup.namespaces));
  SLIPWAY_TRY(limits::setOomScore(proc.get(), spec["process"]["oomScoreAdj"]));
  SLIPWAY_TRY(scheduling::setPersonality(spec["linux"]["personality"]));
  leaveKeyring();
  SLIPWAY_TRY(takeStdio(setup, slave));
  SLIPWAY_TRY(rootfs::pivot(setup.rootfs.get()));
  // Not before: pivot_root(2) takes no shared root.
  SLIPWAY_TRY(setRootPropagation(setup));
  if ((setup.namespaces.made & CLONE_NEWTIME) != 0)
    SLIPWAY_TRY(namespaces::enterNewTime(proc.get(), spec["linux"]["timeOffsets"]));
  SLIPWAY_TRY(awaitSettled(setup));
  return success();
}

void runInit(Arena& arena, Setup& setup) {
  // Without a shim there is nobody to tell, and nobody to hold its stdio: a container that has not begun ends with it.
  Status status = becomeInit(arena, setup);
  static_cast<void>(channel::send(setup.channel.get(), channel::Word::failed, status));
  _exit(1);
}

} // namespace slipway::shim
