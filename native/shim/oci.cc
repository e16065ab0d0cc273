#include "shim/oci.h"

#include "libcontainer/console.h"
#include "libcontainer/file.h"
#include "libcontainer/process.h"
#include "libcontainer/rootfs/mount.h"
#include "libcontainer/rootfs/rootfs.h"
#include "shim/container.h"

#include <cstdlib>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>

namespace slipway::shim::oci {

namespace {

constexpr const char* run_operation = "run OCI runtime";
constexpr const char* sources_folder = "sources";
constexpr size_t longest_pid = 32;

/**
 * Copies what the container is to have from the host by a path that leads nowhere in another mount namespace, or as a
 * peer of the host's mount.
 */
Status openSources(const json::Value& sources, int* trees) {
  for (const json::Value& each : sources) {
    Fd tree;
    SLIPWAY_TRY(mount::openTree(each.c_str(), mount::Options{.bind = true, .bind_recursive = true}, tree));
    *trees++ = tree.release();
  }
  return success();
}

/** Puts those copies into a folder of the bundle, by their numbers. */
Status placeSources(const json::Value& sources, const int* trees) {
  if (sources.size() != 0 && mkdir(sources_folder, 0700) < 0 && errno != EEXIST)
    return failure("make folder", sources_folder);
  for (size_t i = 0; i < sources.size(); i++) {
    const Fd tree(trees[i]);
    PathText name(sources_folder, "/");
    name.number(static_cast<int64_t>(i));
    struct stat info{};
    SLIPWAY_TRY(check(fstat(tree.get(), &info), "stat mount source", name.view()));
    const bool folder = S_ISDIR(info.st_mode);
    if ((folder ? mkdir(name.c_str(), 0700) : mknod(name.c_str(), S_IFREG | 0600, 0)) < 0 && errno != EEXIST)
      return failure("make mount source", name.view());
    const Fd target(open(name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!target) return failure("open", name.view());
    SLIPWAY_TRY(mount::attach(tree.get(), target.get(), name.c_str()));
  }
  return success();
}

/**
 * Runtimes mount on these, and some follow a link there out of the root (CVE-2026-41579, CVE-2023-27561).
 * @return ELOOP when the image has a link in the place of one
 */
Status checkPlaces(int root) {
  for (const char* name : {"/dev", "/proc", "/sys"}) {
    struct stat info{};
    if (fstatat(root, name + 1, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode))
      return failure(ELOOP, "mount over a link of the image", name);
  }
  return success();
}

/** Puts the root where the spec's `root.path` says, for this shim and what it starts: the host never sees it. */
Status mountRoot(Arena& arena, const json::Value& mounts, const json::Value& sources) {
  Fd tree;
  int* trees = arena.array<int>(sources.size() + 1);
  SLIPWAY_TRY(openSources(sources, trees));
  SLIPWAY_TRY(check(unshare(CLONE_NEWNS), "make mount namespace"));
  SLIPWAY_TRY(check(::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr), "make mounts private", "/"));
  SLIPWAY_TRY(placeSources(sources, trees));
  SLIPWAY_TRY(rootfs::make(arena, mounts, tree));
  SLIPWAY_TRY(checkPlaces(tree.get()));
  if (mkdir("rootfs", 0755) < 0 && errno != EEXIST) return failure("make folder", "rootfs");
  const Fd target(open("rootfs", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!target) return failure("open", "rootfs");
  return mount::attach(tree.get(), target.get(), "rootfs");
}

Status listen(const char* name, Fd& listener) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  strncpy(address.sun_path, name, sizeof address.sun_path - 1);
  listener = Fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listener) return failure("socket");
  SLIPWAY_TRY(check(bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), "bind", name));
  return check(::listen(listener.get(), 1), "listen", name);
}

/** The runtime has connected and sent the master end of the terminal before it ended. */
Status receiveConsole(const Fd& listener, Fd& master) {
  const Fd connection(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!connection) return failure("receive terminal");
  char name[256];
  iovec part{name, sizeof name};
  alignas(cmsghdr) char ancillary[CMSG_SPACE(sizeof(int))] = {};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = ancillary;
  header.msg_controllen = sizeof ancillary;
  SLIPWAY_TRY(check(recvmsg(connection.get(), &header, MSG_CMSG_CLOEXEC), "receive terminal"));
  const cmsghdr* rights = CMSG_FIRSTHDR(&header);
  if (rights == nullptr || rights->cmsg_type != SCM_RIGHTS) return failure(EPROTO, "receive terminal");
  int received = -1;
  memcpy(&received, CMSG_DATA(rights), sizeof received);
  master = Fd(received);
  return success();
}

[[noreturn]] void becomeRuntime(char** arguments, const ChildStdio& stdio) {
  static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  char* environment[] = {path, nullptr};
  const Fd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  for (int fd = 0; fd < 3; fd++) dup2(stdio.fds[fd] ? stdio.fds[fd].get() : null.get(), fd);
  process::resetSignals();
  execve(arguments[0], arguments, environment);
  _exit(not_run_code);
}

/** Runs the runtime's command to its end. */
Status runRuntime(Arena& arena, const json::Value& list, const ChildStdio& stdio) {
  char** arguments = arena.array<char*>(list.size() + 1);
  size_t count = 0;
  // execve takes pointers to char without const and writes to none.
  for (const json::Value& each : list) arguments[count++] = const_cast<char*>(each.c_str());
  if (count == 0) return failure(EINVAL, run_operation);
  const pid_t pid = fork();
  if (pid < 0) return failure("fork");
  if (pid == 0) becomeRuntime(arguments, stdio);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return success();
  const bool missing = WIFEXITED(status) && WEXITSTATUS(status) == not_run_code;
  return failure(missing ? ENOENT : ECHILD, run_operation, arguments[0]);
}

/** Takes over the process that the runtime has left. */
Status adopt(Arena& arena, const char* pid_file, Child& child) {
  char* text = nullptr;
  size_t size = 0;
  SLIPWAY_TRY(file::read(arena, AT_FDCWD, pid_file, text, size, longest_pid * 256));
  child.pid = static_cast<pid_t>(strtol(text, nullptr, 10));
  if (child.pid <= 0) return failure(EINVAL, "read pid", pid_file);
  child.pidfd = Fd(syscall(SYS_pidfd_open, child.pid, 0));
  return child.pidfd ? success() : failure("open process");
}

/** /dev/stdout and its like are opened anew, which only the owner of a pipe may do. */
Status giveStdio(const json::Value& options, const ChildStdio& stdio) {
  const auto owner = static_cast<uid_t>(options["owner"].natural());
  for (const Fd& end : stdio.fds) {
    if (end && owner != 0) SLIPWAY_TRY(check(fchown(end.get(), owner, static_cast<gid_t>(-1)), "set stdio owner"));
  }
  return success();
}

Status makeProcess(Arena& arena, const json::Value& options, const ChildStdio& stdio, Child& child) {
  const json::Value& runtime = options["runtime"];
  const bool tty = options["tty"].boolean();
  Fd listener, master;
  SLIPWAY_TRY(giveStdio(options, stdio));
  SLIPWAY_TRY(supervisor.becomeReaper());
  if (tty) SLIPWAY_TRY(listen(runtime["consoleSocket"].c_str(), listener));
  SLIPWAY_TRY(runRuntime(arena, runtime["arguments"], stdio));
  SLIPWAY_TRY(adopt(arena, runtime["pidFile"].c_str(), child));
  if (!tty) return success();
  SLIPWAY_TRY(receiveConsole(listener, master));
  const auto rows = static_cast<uint16_t>(options["rows"].natural()),
             columns = static_cast<uint16_t>(options["columns"].natural());
  if (rows != 0 && columns != 0) SLIPWAY_TRY(console::resize(master.get(), rows, columns));
  return supervisor.stdio().setTerminal(std::move(master));
}

} // namespace

Status makeContainer(Arena& arena, const json::Value& options, cgroup::Place& place, Child& child) {
  ChildStdio stdio;
  SLIPWAY_TRY(openLog(options));
  SLIPWAY_TRY(mountRoot(arena, options["rootfs"], options["sources"]));
  if (!options["tty"].boolean()) {
    const uint32_t streams = protocol::out | protocol::err | (options["openStdin"].boolean() ? protocol::in : 0U);
    SLIPWAY_TRY(supervisor.stdio().makePipes(streams, options["stdinOnce"].boolean(), stdio));
  }
  SLIPWAY_TRY(supervisor.control().listen("shim.sock"));
  SLIPWAY_TRY(makeProcess(arena, options, stdio, child));
  // A runtime may keep its containers elsewhere: then nothing tells of the OOM killer.
  static_cast<void>(cgroup::open(options["cgroupsPath"].c_str(), place));
  return success();
}

Status makeExec(Arena& arena, const json::Value& options, Fd stream, Child& child) {
  ChildStdio stdio;
  const auto streams = static_cast<uint32_t>(options["streams"].natural());
  SLIPWAY_TRY(check(chdir(options["folder"].c_str()), "chdir", options["folder"].string()));
  if (!options["tty"].boolean()) SLIPWAY_TRY(supervisor.stdio().makePipes(streams, true, stdio));
  SLIPWAY_TRY(supervisor.stdio().attach(std::move(stream), streams));
  return makeProcess(arena, options, stdio, child);
}

} // namespace slipway::shim::oci
