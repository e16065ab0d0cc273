#include "runtime/wait.h"

#include <cerrno>
#include <signal.h>
#include <sys/wait.h>

namespace slipway::runtime {

int waitFor(pid_t child) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  for (;;) {
    int status = 0;
    const pid_t ended = waitpid(child, &status, WNOHANG);
    if (ended == child) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (ended < 0 && errno != EINTR) return 255;
    const int number = sigwaitinfo(&all, nullptr);
    if (number > 0 && number != SIGCHLD) kill(child, number);
  }
}

} // namespace slipway::runtime
