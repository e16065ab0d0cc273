#include "runtime/hooks.h"
#include "runtime/store.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace slipway::runtime {

/** How long a killed init may take to end. */
static constexpr int end_milliseconds = 10'000;

static Status endProcess(const Container& container) {
  if (!container.process) return success();
  syscall(SYS_pidfd_send_signal, container.process.get(), SIGKILL, nullptr, 0);
  pollfd ended{.fd = container.process.get(), .events = POLLIN, .revents = 0};
  if (poll(&ended, 1, end_milliseconds) == 0) return failure(EBUSY, "end container", container.id);
  // Its parent when this very process made it.
  static_cast<void>(waitpid(container.pid, nullptr, WNOHANG));
  return success();
}

static Status removeCgroup(Arena& arena, const Container& container) {
  cgroup::Place place;
  if (container.cgroup[0] == '\0') return success();
  const Status found = cgroup::open(container.cgroup, place);
  if (found.error == ENOENT) return success();
  SLIPWAY_TRY(found);
  SLIPWAY_TRY(cgroup::kill(arena, place));
  SLIPWAY_TRY(cgroup::remove(place));
  removeOwnParent(container);
  return success();
}

Status remove(Command& command) {
  Container container;
  const Status found = load(command, command.id(), container);
  if (command.force && found.error == ENOENT) return success();
  SLIPWAY_TRY(found);
  const bool alive = container.phase == Phase::running || container.phase == Phase::paused;
  if (alive && !command.force) {
    return told(command.arena.join("cannot delete container ", container.id,
                                   " that is not stopped: ", phaseName(container.phase)));
  }
  // A frozen process of v1 does not even die.
  cgroup::Place place;
  if (container.phase == Phase::paused && cgroup::open(container.cgroup, place).ok())
    SLIPWAY_TRY(cgroup::freeze(place, false));
  SLIPWAY_TRY(endProcess(container));
  SLIPWAY_TRY(removeCgroup(command.arena, container));
  container.phase = Phase::stopped;
  if (container.spec != nullptr) {
    const Status hooks =
        hooks::run(command.arena, (*container.spec)["hooks"]["poststop"], describeState(command.arena, container));
    SLIPWAY_TRY(forget(command, container));
    return hooks;
  }
  return forget(command, container);
}

} // namespace slipway::runtime
