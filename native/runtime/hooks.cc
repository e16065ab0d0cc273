#include "runtime/hooks.h"

#include "libcontainer/fd.h"
#include "libcontainer/file.h"
#include "libcontainer/process.h"
#include "libcontainer/spawn.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::runtime::hooks {

static char** toVector(Arena& arena, const json::Value& list, const char* otherwise) {
  char** vector = arena.array<char*>(list.size() + 2);
  size_t count = 0;
  // execve takes pointers to char without const and writes to none.
  for (const json::Value& each : list) vector[count++] = const_cast<char*>(each.c_str());
  if (count == 0 && otherwise != nullptr) vector[0] = const_cast<char*>(otherwise);
  return vector;
}

static Status runOne(Arena& arena, const json::Value& hook, const char* state) {
  const char* path = hook["path"].c_str();
  if (path[0] != '/') return failure(EINVAL, "read hook, whose path is not absolute", path);
  char** arguments = toVector(arena, hook["args"], path);
  char** environment = toVector(arena, hook["env"], nullptr);
  Fd input;
  SLIPWAY_TRY(spawn::makeMemoryFile("state", state, strlen(state), input));
  SLIPWAY_TRY(check(lseek(input.get(), 0, SEEK_SET), "seek"));
  const pid_t pid = fork();
  if (pid < 0) return failure("fork");
  if (pid == 0) {
    dup2(input.get(), 0);
    process::resetSignals();
    syscall(SYS_close_range, 3U, ~0U, 0);
    execve(path, arguments, environment);
    _exit(127);
  }
  const Fd process(syscall(SYS_pidfd_open, pid, 0));
  pollfd ended{.fd = process.get(), .events = POLLIN, .revents = 0};
  const int64_t seconds = hook["timeout"].integer();
  const bool late = seconds > 0 && poll(&ended, 1, static_cast<int>(seconds) * 1000) == 0;
  if (late) kill(pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (late) return failure(ETIMEDOUT, "run hook", path);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? success() : failure(ECANCELED, "run hook", path);
}

Status run(Arena& arena, const json::Value& hooks, const char* state) {
  for (const json::Value& each : hooks) SLIPWAY_TRY(runOne(arena, each, state));
  return success();
}

} // namespace slipway::runtime::hooks
