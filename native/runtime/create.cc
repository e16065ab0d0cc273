#include "libcontainer/file.h"
#include "libcontainer/rootfs/container_mounts.h"
#include "libcontainer/rootfs/rootfs.h"
#include "libcontainer/seccomp.h"
#include "libcontainer/spawn.h"
#include "libcontainer/text.h"
#include "runtime/console_socket.h"
#include "runtime/hooks.h"
#include "runtime/inside.h"
#include "runtime/store.h"
#include "runtime/validate.h"
#include "shim/birth.h"
#include "shim/channel.h"

#include <cstdlib>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

namespace slipway::runtime {

namespace {

using shim::channel::Word;

/** What a container needs while it is made. */
struct Making {
  Command& command;
  Container& container;
  shim::Setup setup;
  cgroup::Place place;
  Fd channel;
  Fd filter;
  Fd console;
};

Status parseCopy(Arena& arena, std::string_view text, const json::Value*& document) {
  // The parser works in the text it is given.
  char* copy = arena.array<char>(text.size() + 1);
  memcpy(copy, text.data(), text.size());
  return json::parse(arena, copy, text.size(), document);
}

const char* now(Arena& arena) {
  timespec time{};
  tm parts{};
  char text[32];
  clock_gettime(CLOCK_REALTIME, &time);
  gmtime_r(&time.tv_sec, &parts);
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  Text<24> fraction;
  fraction.number(1'000'000'000 + time.tv_nsec);
  return arena.join(text, ".", fraction.view().substr(1), "Z");
}

/** The bundle becomes the working folder: what is relative in the spec is relative to it. */
Status readBundle(Making& making) {
  Arena& arena = making.command.arena;
  char* text = nullptr;
  size_t size = 0;
  char folder[4096];
  SLIPWAY_TRY(check(chdir(making.command.bundle), "open bundle", making.command.bundle));
  if (getcwd(folder, sizeof folder) == nullptr) return failure("open bundle", making.command.bundle);
  making.container.bundle = arena.join(folder);
  SLIPWAY_TRY(file::read(arena, AT_FDCWD, config_name, text, size));
  const std::string_view copy(arena.join(std::string_view(text, size)));
  SLIPWAY_TRY(parseCopy(arena, copy, making.setup.spec));
  SLIPWAY_TRY(validate(*making.setup.spec));
  making.container.spec = making.setup.spec;
  SLIPWAY_TRY(makeFolder(making.command, making.container));
  return file::replace(making.container.folder.get(), config_name, copy, 0600);
}

Status readOptions(Making& making) {
  Arena& arena = making.command.arena;
  const json::Value& spec = *making.setup.spec;
  const json::Value &process = spec["process"], &size = process["consoleSize"];
  Text<24> rows, columns;
  const char* path = spec["root"]["path"].c_str();
  const char* root = path[0] == '/' ? path : arena.join(making.container.bundle, "/", path);
  const char* text = arena.join("{\"rootfs\":[{\"type\":\"bind\",\"source\":", quoted(arena, root),
                                ",\"options\":[\"rbind\"]}],\"tty\":", process["terminal"].boolean() ? "true" : "false",
                                ",\"rows\":", rows.number(size["height"].integer()).view(),
                                ",\"columns\":", columns.number(size["width"].integer()).view(), "}");
  return parseCopy(arena, text, making.setup.options);
}

/** Relative paths, and none, are below the top of the hierarchies. */
Status makeCgroup(Making& making) {
  Arena& arena = making.command.arena;
  const std::string_view wanted = (*making.setup.spec)["linux"]["cgroupsPath"].string();
  const char* path = wanted.empty()          ? arena.join(own_cgroup, making.container.id)
                     : wanted.front() == '/' ? arena.join(wanted)
                                             : arena.join("/", wanted);
  making.container.cgroup = path;
  making.setup.place = &making.place;
  return cgroup::make(path, making.place);
}

Status compileFilter(Making& making) {
  const json::Value& profile = (*making.setup.spec)["linux"]["seccomp"];
  if (!profile) return success();
  SLIPWAY_TRY(spawn::makeMemoryFile("seccomp", "", 0, making.filter));
  SLIPWAY_TRY(seccomp::compile(profile, making.filter.get()));
  making.setup.filter = making.filter.get();
  return success();
}

Status makeGate(Making& making) {
  const int folder = making.container.folder.get();
  // A user of a container's own user namespace opens it, too.
  SLIPWAY_TRY(check(mkfifoat(folder, fifo_name, 0622), "make", fifo_name));
  SLIPWAY_TRY(check(fchmodat(folder, fifo_name, 0622, 0), "set mode", fifo_name));
  waiting.fifo = Fd(openat(folder, fifo_name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  waiting.preserved = making.command.preserve_fds;
  waiting.id = making.container.id;
  waiting.bundle = making.container.bundle;
  return waiting.fifo ? success() : failure("open", fifo_name);
}

Status takeStdio(Making& making) {
  const bool terminal = (*making.setup.options)["tty"].boolean(), asked = making.command.console_socket[0] != '\0';
  if (terminal != asked) {
    return failure(EINVAL, terminal ? "a terminal needs --console-socket" : "--console-socket needs a terminal");
  }
  if (terminal) return console_socket::connect(making.command.console_socket, making.console);
  for (int fd = 0; fd < 3; fd++) {
    making.setup.stdio.fds[fd] = Fd(fcntl(fd, F_DUPFD_CLOEXEC, 3 + static_cast<int>(making.command.preserve_fds)));
    if (!making.setup.stdio.fds[fd]) return failure("dup stdio");
  }
  return success();
}

Status prepare(Making& making) {
  Arena& arena = making.command.arena;
  shim::Setup& setup = making.setup;
  const json::Value& spec = *setup.spec;
  SLIPWAY_TRY(readOptions(making));
  SLIPWAY_TRY(namespaces::parse(spec["linux"]["namespaces"], setup.namespaces));
  if (!setup.namespaces.own(CLONE_NEWNS)) return failure(EINVAL, "read namespaces", "mount");
  SLIPWAY_TRY(makeCgroup(making));
  SLIPWAY_TRY(compileFilter(making));
  SLIPWAY_TRY(rootfs::make(arena, (*setup.options)["rootfs"], setup.rootfs));
  SLIPWAY_TRY(container_mounts::openSourcesFromParent(arena, spec["mounts"], setup.trees));
  SLIPWAY_TRY(takeStdio(making));
  SLIPWAY_TRY(makeGate(making));
  setup.before_pivot = runHooksBeforePivot;
  return shim::channel::makePair(making.channel, setup.channel);
}

/** Hooks in the runtime's own namespaces: the container's are made by now. */
Status runHooks(Making& making) {
  Arena& arena = making.command.arena;
  const json::Value& spec = *making.setup.spec;
  const char* state = hookState(arena, spec, "creating", making.container.pid);
  SLIPWAY_TRY(hooks::run(arena, spec["hooks"]["prestart"], state));
  return hooks::run(arena, spec["hooks"]["createRuntime"], state);
}

/** Listens to the init until it waits to be started. */
Status attend(Making& making) {
  for (;;) {
    shim::channel::Message message{};
    Fd descriptor;
    SLIPWAY_TRY(shim::channel::receive(making.channel.get(), message, &descriptor));
    if (message.word == Word::failed) return message.status;
    if (message.word == Word::ready) return success();
    if (message.word == Word::console) SLIPWAY_TRY(console_socket::send(making.console.get(), descriptor.get()));
    if (message.word != Word::mounted) continue;
    SLIPWAY_TRY(runHooks(making));
    SLIPWAY_TRY(shim::channel::send(making.channel.get(), Word::pivot));
  }
}

Status bringUp(Making& making) {
  Container& container = making.container;
  Arena& arena = making.command.arena;
  SLIPWAY_TRY(shim::makeInit(arena, making.setup, runCreated, container.pid, container.process));
  making.setup.channel.reset();
  SLIPWAY_TRY(shim::settle(arena, making.setup, container.pid, making.channel.get()));
  SLIPWAY_TRY(attend(making));
  container.start_time = startTime(arena, container.pid);
  container.created_at = now(arena);
  SLIPWAY_TRY(save(arena, container));
  if (making.command.pid_file[0] == '\0') return success();
  Text<24> pid;
  return file::replace(AT_FDCWD, making.command.pid_file, pid.number(container.pid).view(), 0644);
}

/** Takes everything back. What the init said itself is the better reason. */
Status abandon(Making& making, Status status) {
  Container& container = making.container;
  if (container.pid > 0) {
    ::kill(container.pid, SIGKILL);
    while (waitpid(container.pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    shim::channel::Message last{};
    while (shim::channel::receive(making.channel.get(), last).ok()) {
      if (last.word == Word::failed) status = last.status;
    }
  }
  static_cast<void>(cgroup::remove(making.place));
  removeOwnParent(container);
  static_cast<void>(hooks::run(making.command.arena, (*making.setup.spec)["hooks"]["poststop"],
                               hookState(making.command.arena, *making.setup.spec, "stopped", 0)));
  static_cast<void>(forget(making.command, container));
  return status;
}

} // namespace

Status create(Command& command) {
  Container container{.id = command.id()};
  Making making{.command = command, .container = container};
  const char* pid_file = command.pid_file;
  // Named before the bundle becomes the working folder.
  if (pid_file[0] != '\0' && pid_file[0] != '/') {
    char folder[4096];
    if (getcwd(folder, sizeof folder) == nullptr) return failure("find working folder");
    command.pid_file = command.arena.join(folder, "/", pid_file);
  }
  SLIPWAY_TRY(checkId(container.id));
  Status status = readBundle(making);
  if (!container.folder) return status;
  if (status.ok()) status = prepare(making);
  if (status.ok()) status = bringUp(making);
  return status.ok() ? status : abandon(making, status);
}

} // namespace slipway::runtime
