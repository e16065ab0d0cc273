#include "shim/container.h"
#include "shim/exec.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <string_view>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/** Stands on its own: no terminal, no signal and no end of the daemon's reaches it, and no process in a container its
 * memory. */
static void detach() {
  setsid();
  signal(SIGPIPE, SIG_IGN);
  prctl(PR_SET_NAME, "slipway-shim", 0, 0, 0);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  umask(022);
  // The descriptors it was given are for it alone.
  syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
}

int main(int count, char** arguments) {
  const std::string_view role = count > 1 ? arguments[1] : "";
  if (role != "container" && role != "exec") return 2;
  slipway::shim::Given given;
  detach();
  return role == "container" ? slipway::shim::runContainer(given) : slipway::shim::runExec(given);
}
