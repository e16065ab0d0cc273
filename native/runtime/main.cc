#include "libcontainer/fd.h"
#include "libcontainer/file.h"
#include "libcontainer/spawn.h"
#include "libcontainer/text.h"
#include "runtime/command.h"
#include "runtime/store.h"

#include <cstdlib>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace slipway::runtime {

namespace {

constexpr std::string_view usage =
    "usage: slipway-runtime [--root DIR] [--log FILE] [--log-format text|json] COMMAND [OPTION...] [ID] [ARGUMENT...]\n"
    "commands: create start run exec state kill delete list ps pause resume update spec features\n";

/**
 * Goes on from a copy in sealed memory: a container can reach the program that makes it, and must not be able to write
 * it (CVE-2019-5736).
 */
Status runFromMemory(char** arguments) {
  const Fd self(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  constexpr int seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  if (self && (fcntl(self.get(), F_GET_SEALS) & seals) == seals && fcntl(self.get(), F_GET_SEALS) > 0) return success();
  Fd copy;
  SLIPWAY_TRY(spawn::seal("/proc/self/exe", copy));
  syscall(SYS_execveat, copy.get(), "", arguments, environ, AT_EMPTY_PATH);
  return failure("execute from memory");
}

Status dispatch(Command& command, int& code) {
  const std::string_view name(command.name);
  if (name == "version") return print("slipway-runtime version " SLIPWAY_VERSION "\nspec: 1.2.0\n");
  if (name == "help") return print(usage);
  if (name == "create") return create(command);
  if (name == "start") return start(command);
  if (name == "run") return run(command, code);
  if (name == "exec") return exec(command, code);
  if (name == "state") return state(command);
  if (name == "kill") return kill(command);
  if (name == "delete") return remove(command);
  if (name == "list") return list(command);
  if (name == "ps") return ps(command);
  if (name == "pause") return pause(command, true);
  if (name == "resume") return pause(command, false);
  if (name == "update") return update(command);
  if (name == "spec") return spec(command);
  if (name == "features") return features(command);
  return failure(ENOTSUP, "run command", name);
}

/** On standard error, and in the log where there is one, as a caller wants to read it. */
void report(const Command& command, const Status& status) {
  Arena& arena = command.arena;
  const char* text = describe(arena, status);
  static_cast<void>(file::writeAll(STDERR_FILENO, arena.join("slipway-runtime: ", text, "\n")));
  if (command.log[0] == '\0') return;
  const Fd log(open(command.log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (!log) return;
  char time[32];
  const time_t now = ::time(nullptr);
  tm parts{};
  gmtime_r(&now, &parts);
  strftime(time, sizeof time, "%Y-%m-%dT%H:%M:%SZ", &parts);
  const char* line =
      command.json_log ? arena.join("{\"level\":\"error\",\"msg\":", quoted(arena, text), ",\"time\":\"", time, "\"}\n")
                       : arena.join("time=\"", time, "\" level=error msg=", quoted(arena, text), "\n");
  static_cast<void>(file::writeAll(log.get(), line));
}

} // namespace

} // namespace slipway::runtime

int main(int count, char** arguments) {
  using namespace slipway;
  Arena arena;
  runtime::Command command{.arena = arena};
  int code = 0;
  Status status = runtime::runFromMemory(arguments);
  if (status.ok()) {
    // No process in a container reaches the memory of this one, or what it has open.
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    umask(022);
    status = runtime::parse(count, arguments, command);
  }
  if (status.ok()) status = runtime::dispatch(command, code);
  if (status.ok()) return code;
  runtime::report(command, status);
  return 1;
}
