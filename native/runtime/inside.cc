#include "runtime/inside.h"

#include "libcontainer/file.h"
#include "libcontainer/process.h"
#include "libcontainer/text.h"
#include "runtime/hooks.h"
#include "runtime/store.h"
#include "shim/channel.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::runtime {

Waiting waiting;

const char* hookState(Arena& arena, const json::Value& spec, const char* status, pid_t pid) {
  Text<32> number;
  const char* annotations =
      spec["annotations"] ? arena.join(",\"annotations\":", toText(arena, spec["annotations"])) : "";
  return arena.join("{\"ociVersion\":\"1.2.0\",\"id\":", quoted(arena, waiting.id), ",\"status\":\"", status,
                    "\",\"pid\":", number.number(pid).view(), ",\"bundle\":", quoted(arena, waiting.bundle),
                    annotations, "}");
}

Status runHooksBeforePivot(Arena& arena, shim::Setup& setup) {
  const json::Value& hooks = (*setup.spec)["hooks"];
  SLIPWAY_TRY(shim::awaitSettled(setup));
  SLIPWAY_TRY(shim::channel::send(setup.channel.get(), shim::channel::Word::mounted));
  SLIPWAY_TRY(shim::channel::expect(setup.channel.get(), shim::channel::Word::pivot));
  return hooks::run(arena, hooks["createContainer"], hookState(arena, *setup.spec, "creating", getpid()));
}

/** As root: whether the user may execute it shows at execve. */
static Status checkProgram(const char* path, std::string_view name) {
  struct stat info{};
  if (stat(path, &info) < 0) return failure(process::exec_operation, name);
  if (S_ISDIR(info.st_mode) || (info.st_mode & 0111) == 0) return failure(EACCES, process::exec_operation, name);
  return success();
}

Status lookUp(Arena& arena, const json::Value& process) {
  const char* name = "";
  for (const json::Value& each : process["args"]) {
    name = each.c_str();
    break;
  }
  const std::string_view wanted(name);
  if (wanted.empty()) return failure(EINVAL, "read process.args, which are missing");
  const char* cwd = process["cwd"].c_str();
  if (wanted.find('/') != wanted.npos) {
    return name[0] == '/' ? checkProgram(name, wanted) : checkProgram(arena.join(cwd, "/", wanted), wanted);
  }
  std::string_view path;
  for (const json::Value& each : process["env"]) {
    if (each.string().starts_with("PATH=")) path = each.string().substr(5);
  }
  int error = ENOENT;
  while (!path.empty()) {
    const size_t colon = path.find(':');
    const Status found = checkProgram(arena.join(path.substr(0, colon), "/", wanted), wanted);
    if (found.ok()) return found;
    if (found.error == EACCES) error = EACCES;
    path = colon == path.npos ? std::string_view() : path.substr(colon + 1);
  }
  return failure(error, error == ENOENT ? process::find_operation : process::exec_operation, wanted);
}

/** Waits until `start` reads at the other end. @param gate becomes the end to write to */
static Status awaitStart(int proc, Fd& gate) {
  Text<32> path("self/fd/");
  gate = Fd(openat(proc, path.number(waiting.fifo.get()).c_str(), O_WRONLY | O_CLOEXEC));
  if (!gate) return failure("open", fifo_name);
  // Above all that the program keeps.
  gate = Fd(fcntl(gate.get(), F_DUPFD_CLOEXEC, 3 + static_cast<int>(waiting.preserved)));
  return gate ? success() : failure("dup");
}

static Status becomeProgram(Arena& arena, shim::Setup& setup, Fd& gate) {
  const json::Value& spec = *setup.spec;
  Fd proc;
  SLIPWAY_TRY(shim::prepareInit(arena, setup, proc));
  SLIPWAY_TRY(lookUp(arena, spec["process"]));
  SLIPWAY_TRY(shim::channel::send(setup.channel.get(), shim::channel::Word::ready));
  SLIPWAY_TRY(awaitStart(proc.get(), gate));
  SLIPWAY_TRY(hooks::run(arena, spec["hooks"]["startContainer"], hookState(arena, spec, "created", getpid())));
  return process::execute(
      arena, spec["process"],
      {.filter = setup.filter, .proc = proc.get(), .report = gate.get(), .preserved = waiting.preserved});
}

void runCreated(Arena& arena, shim::Setup& setup) {
  Fd gate;
  Status status = becomeProgram(arena, setup, gate);
  if (gate) {
    static_cast<void>(file::writeAll(gate.get(), describe(arena, status)));
  } else {
    static_cast<void>(shim::channel::send(setup.channel.get(), shim::channel::Word::failed, status));
  }
  _exit(1);
}

} // namespace slipway::runtime
