#include "libcontainer/text.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

/**
 * docker-init: pid 1 of a container that asks for one (`docker run --init`). Starts one program, hands it every signal
 * that comes, reaps the orphans that nobody waits for, and ends as the program ends.
 */
namespace {

constexpr int usage_code = 1, not_executable_code = 126, not_found_code = 127;

/** What a program gets by its own doing: blocked, these could not be told apart from one that was sent. */
constexpr int own_faults[] = {SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGABRT, SIGTRAP, SIGSYS};

[[noreturn]] void fail(std::string_view what, std::string_view object, int code) {
  slipway::Text<512> line("docker-init: ", what, object, "\n");
  // To nobody, when stderr is closed.
  static_cast<void>(!write(STDERR_FILENO, line.view().data(), line.view().size()));
  _exit(code);
}

/** Takes every signal that can be handed on, and lets the terminal's stop signals go by. @return the former mask */
sigset_t takeSignals() {
  sigset_t all, former;
  sigfillset(&all);
  for (const int each : own_faults) sigdelset(&all, each);
  sigprocmask(SIG_SETMASK, &all, &former);
  return former;
}

/** In a group of its own, so that what the terminal sends reaches all of it and init hands nothing on twice. */
[[noreturn]] void becomeProgram(char** command, const sigset_t& mask) {
  setpgid(0, 0);
  // Only where stdin is a terminal; SIGTTOU, which this brings, is blocked.
  tcsetpgrp(STDIN_FILENO, getpgrp());
  sigprocmask(SIG_SETMASK, &mask, nullptr);
  execvp(command[0], command);
  const int code = errno == ENOENT ? not_found_code : not_executable_code;
  fail(errno == ENOENT ? "no such file or directory: " : "cannot be executed: ", command[0], code);
}

int codeOf(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/** Reaps whoever has ended. @return true when the program was among them; `status` is its own then */
bool reap(pid_t program, int& status) {
  bool ended = false;
  for (;;) {
    int each = 0;
    const pid_t pid = waitpid(-1, &each, WNOHANG);
    if (pid <= 0) return ended;
    if (pid == program) {
      ended = true;
      status = each;
    }
  }
}

int watch(pid_t program) {
  sigset_t all;
  sigfillset(&all);
  for (const int each : own_faults) sigdelset(&all, each);
  for (;;) {
    const int number = sigwaitinfo(&all, nullptr);
    if (number < 0) continue;
    int status = 0;
    if (number != SIGCHLD) {
      kill(program, number);
    } else if (reap(program, status)) {
      return codeOf(status);
    }
  }
}

} // namespace

int main(int count, char** arguments) {
  int at = 1;
  if (at < count && std::string_view(arguments[at]) == "--version") {
    constexpr std::string_view version = "docker-init version " SLIPWAY_VERSION "\n";
    return write(STDOUT_FILENO, version.data(), version.size()) < 0 ? usage_code : 0;
  }
  if (at < count && std::string_view(arguments[at]) == "--") at++;
  if (at >= count || (at == 1 && arguments[at][0] == '-'))
    fail("usage: docker-init -- PROGRAM [ARGUMENT...]", "", usage_code);
  const sigset_t mask = takeSignals();
  const pid_t program = fork();
  if (program < 0) fail("cannot fork", "", usage_code);
  if (program == 0) becomeProgram(arguments + at, mask);
  return watch(program);
}
