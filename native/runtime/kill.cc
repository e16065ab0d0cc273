#include "libcontainer/text.h"
#include "runtime/store.h"

#include <cstdlib>
#include <signal.h>
#include <sys/syscall.h>

namespace slipway::runtime {

/** Number of a signal: "9", "KILL", "SIGKILL", "RTMIN+1". */
static int signalNumber(std::string_view name) {
  char* end = nullptr;
  const long number = strtol(name.data(), &end, 10);
  if (!name.empty() && *end == '\0') return number > 0 && number < NSIG ? static_cast<int>(number) : -1;
  if (name.starts_with("SIG")) name.remove_prefix(3);
  for (int each = 1; each < NSIG; each++) {
    const char* abbreviation = sigabbrev_np(each);
    if (abbreviation != nullptr && name == abbreviation) return each;
  }
  if (!name.starts_with("RTMIN")) return -1;
  const int result = SIGRTMIN + static_cast<int>(name.size() > 6 ? strtol(name.data() + 6, nullptr, 10) : 0);
  return result < NSIG ? result : -1;
}

Status kill(Command& command) {
  Arena& arena = command.arena;
  Container container;
  SLIPWAY_TRY(load(command, command.id(), container));
  const char* name = command.operand_count > 1 ? command.operands[1] : "TERM";
  const int number = signalNumber(name);
  if (number < 0) return failure(EINVAL, "read signal", name);
  if (!command.all) {
    if (!container.process) return told("container not running");
    return check(syscall(SYS_pidfd_send_signal, container.process.get(), number, nullptr, 0), "send signal", name);
  }
  cgroup::Place place;
  pid_t* list = nullptr;
  size_t count = 0;
  const Status found = cgroup::open(container.cgroup, place);
  if (found.error == ENOENT) return success();
  SLIPWAY_TRY(found);
  SLIPWAY_TRY(cgroup::pids(arena, place, list, count));
  for (size_t i = 0; i < count; i++) {
    if (::kill(list[i], number) < 0 && errno != ESRCH) return failure("send signal", name);
  }
  return success();
}

} // namespace slipway::runtime
