#include "libcontainer/file.h"
#include "libcontainer/process.h"
#include "libcontainer/scheduling.h"
#include "libcontainer/seccomp.h"
#include "libcontainer/spawn.h"
#include "libcontainer/text.h"
#include "runtime/console_socket.h"
#include "runtime/store.h"
#include "runtime/wait.h"
#include "shim/channel.h"
#include "shim/member.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

namespace slipway::runtime {

namespace {

using shim::channel::Word;

/** JSON of a list of strings: those of `first`, then of the options. */
const char* listText(Arena& arena, const json::Value& first, const Values& more) {
  const char* text = "";
  for (const json::Value& each : first)
    text = arena.join(text, text[0] == '\0' ? "" : ",", quoted(arena, each.string()));
  for (size_t i = 0; i < more.count; i++)
    text = arena.join(text, text[0] == '\0' ? "" : ",", quoted(arena, more.list[i]));
  return arena.join("[", text, "]");
}

const char* userText(Arena& arena, const json::Value& own, std::string_view wanted) {
  if (wanted.empty()) return toText(arena, own);
  const size_t colon = wanted.find(':');
  const std::string_view gid = colon == wanted.npos ? std::string_view("0") : wanted.substr(colon + 1);
  return arena.join("{\"uid\":", wanted.substr(0, colon), ",\"gid\":", gid, "}");
}

/** The container's own process with what the options change of it. */
const char* processFromOptions(const Command& command, const Container& container) {
  static const json::Value nothing;
  Arena& arena = command.arena;
  const json::Value& own = (*container.spec)["process"];
  Values arguments, empty;
  for (size_t i = 1; i < command.operand_count && i <= Values::most; i++)
    arguments.list[arguments.count++] = command.operands[i];
  const char* text =
      arena.join("{\"terminal\":", command.tty ? "true" : "false", ",\"args\":", listText(arena, nothing, arguments),
                 ",\"env\":", listText(arena, own["env"], command.env),
                 ",\"cwd\":", quoted(arena, command.cwd[0] == '\0' ? own["cwd"].string() : command.cwd));
  const char* members[] = {"rlimits",   "apparmorProfile", "selinuxLabel",   "oomScoreAdj",
                           "scheduler", "ioPriority",      "execCPUAffinity"};
  for (const char* name : members) {
    if (own[name]) text = arena.join(text, ",\"", name, "\":", toText(arena, own[name]));
  }
  const char* capabilities = "";
  for (const char* set : {"bounding", "effective", "permitted", "inheritable", "ambient"}) {
    const bool widened = std::string_view(set) != "inheritable" && std::string_view(set) != "ambient";
    capabilities = arena.join(capabilities, capabilities[0] == '\0' ? "" : ",", "\"", set,
                              "\":", listText(arena, own["capabilities"][set], widened ? command.capabilities : empty));
  }
  const bool locked = command.no_new_privileges || own["noNewPrivileges"].boolean();
  return arena.join(text, ",\"capabilities\":{", capabilities,
                    "},\"user\":", userText(arena, own["user"], command.user),
                    ",\"noNewPrivileges\":", locked ? "true" : "false", "}");
}

Status readOptions(const Command& command, const Container& container, const json::Value*& options) {
  Arena& arena = command.arena;
  Text<24> pid;
  const char* process = nullptr;
  if (command.process[0] != '\0') {
    char* text = nullptr;
    size_t size = 0;
    SLIPWAY_TRY(file::read(arena, AT_FDCWD, command.process, text, size));
    process = text;
  } else {
    if (command.operand_count < 2) return failure(EINVAL, "read the program to execute, which is missing");
    process = processFromOptions(command, container);
  }
  const json::Value* parsed = nullptr;
  char* copy = const_cast<char*>(arena.join(process));
  SLIPWAY_TRY(json::parse(arena, copy, strlen(copy), parsed));
  const bool terminal = (*parsed)["terminal"].boolean() || command.tty;
  const json::Value& size = (*parsed)["consoleSize"];
  Text<24> rows, columns;
  const char* text =
      arena.join("{\"process\":", process, ",\"pid\":", pid.number(container.pid).view(),
                 ",\"cgroupsPath\":", quoted(arena, container.cgroup), ",\"tty\":", terminal ? "true" : "false",
                 ",\"rows\":", rows.number(size["height"].integer()).view(),
                 ",\"columns\":", columns.number(size["width"].integer()).view(), "}");
  copy = const_cast<char*>(text);
  return json::parse(arena, copy, strlen(copy), options);
}

Status takeStdio(const Command& command, shim::Joining& joining, Fd& console) {
  const bool terminal = (*joining.options)["tty"].boolean(), asked = command.console_socket[0] != '\0';
  if (terminal != asked) {
    return failure(EINVAL, terminal ? "a terminal needs --console-socket" : "--console-socket needs a terminal");
  }
  if (terminal) return console_socket::connect(command.console_socket, console);
  for (int fd = 0; fd < 3; fd++) {
    joining.stdio.fds[fd] = Fd(fcntl(fd, F_DUPFD_CLOEXEC, 3 + static_cast<int>(command.preserve_fds)));
    if (!joining.stdio.fds[fd]) return failure("dup stdio");
  }
  return success();
}

Status prepare(const Command& command, const Container& container, shim::Joining& joining, Fd& filter, Fd& console) {
  const json::Value& profile = (*container.spec)["linux"]["seccomp"];
  SLIPWAY_TRY(readOptions(command, container, joining.options));
  if (profile) {
    SLIPWAY_TRY(spawn::makeMemoryFile("seccomp", "", 0, filter));
    SLIPWAY_TRY(seccomp::compile(profile, filter.get()));
    joining.filter = filter.get();
  }
  joining.preserved = command.preserve_fds;
  SLIPWAY_TRY(shim::openContainer(command.arena, joining));
  return takeStdio(command, joining, console);
}

/** Attends to the process until it is its program: the end of the channel. */
Status attend(int channel, int console) {
  SLIPWAY_TRY(shim::channel::send(channel, Word::settled));
  for (;;) {
    shim::channel::Message message{};
    Fd descriptor;
    const Status received = shim::channel::receive(channel, message, &descriptor);
    if (!received.ok()) return success();
    if (message.word == Word::failed) return message.status;
    if (message.word == Word::console) SLIPWAY_TRY(console_socket::send(console, descriptor.get()));
    if (message.word == Word::ready) SLIPWAY_TRY(shim::channel::send(channel, Word::start));
  }
}

} // namespace

Status exec(Command& command, int& code) {
  Arena& arena = command.arena;
  Container container;
  shim::Joining joining;
  Fd filter, console, channel, process;
  pid_t pid = -1;
  SLIPWAY_TRY(load(command, command.id(), container));
  if (container.phase != Phase::running)
    return told(arena.join("cannot exec in a container that is ", phaseName(container.phase)));
  SLIPWAY_TRY(prepare(command, container, joining, filter, console));
  SLIPWAY_TRY(shim::channel::makePair(channel, joining.channel));
  // Above what the program keeps: the number is what stays open until it is executed.
  joining.channel = Fd(fcntl(joining.channel.get(), F_DUPFD_CLOEXEC, 3 + static_cast<int>(command.preserve_fds)));
  const json::Value& affinity = (*joining.options)["process"]["execCPUAffinity"];
  SLIPWAY_TRY(scheduling::setAffinity(0, affinity["initial"].string()));
  SLIPWAY_TRY(shim::makeMember(arena, joining, pid, process));
  joining.channel.reset();
  Status status = joining.place.v2 ? success() : cgroup::addProcess(joining.place, pid);
  if (status.ok()) status = scheduling::setAffinity(pid, affinity["final"].string());
  if (status.ok()) status = attend(channel.get(), console.get());
  if (status.ok() && command.pid_file[0] != '\0') {
    Text<24> text;
    status = file::replace(AT_FDCWD, command.pid_file, text.number(pid).view(), 0644);
  }
  if (!status.ok()) {
    ::kill(pid, SIGKILL);
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return status;
  }
  if (!command.detach) code = waitFor(pid);
  return success();
}

} // namespace slipway::runtime
