#include "libcontainer/file.h"
#include "libcontainer/text.h"
#include "runtime/hooks.h"
#include "runtime/store.h"

#include <fcntl.h>
#include <poll.h>

namespace slipway::runtime {

/** Reads at the fifo until its writer has become its program, which closes it, or has told why not. */
static Status letGo(Arena& arena, const Container& container, const char*& complaint) {
  const Fd fifo(openat(container.folder.get(), fifo_name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
  if (!fifo) return failure("open", fifo_name);
  for (;;) {
    char text[2048];
    // The end of the init shows as the end of the fifo, once it has opened it; before, at its pidfd.
    pollfd events[] = {{.fd = fifo.get(), .events = POLLIN, .revents = 0},
                       {.fd = container.process.get(), .events = POLLIN, .revents = 0}};
    if (poll(events, 2, -1) < 0 && errno != EINTR) return failure("wait for init");
    if (events[0].revents == 0 && events[1].revents == 0) continue;
    // It may have opened, gone on and ended between the looks at the two.
    if (events[0].revents == 0) poll(events, 1, 0);
    const ssize_t size = read(fifo.get(), text, sizeof text);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (size < 0) return failure("read", fifo_name);
    if (size > 0) {
      complaint = arena.join(complaint, std::string_view(text, static_cast<size_t>(size)));
      continue;
    }
    if (events[0].revents == 0) return failure(ESRCH, "start container, whose init has ended", container.id);
    return success();
  }
}

Status start(Command& command) {
  Arena& arena = command.arena;
  Container container;
  const char* complaint = "";
  SLIPWAY_TRY(load(command, command.id(), container));
  if (container.phase != Phase::created)
    return failure(EINVAL, arena.join("cannot start a container that is ", phaseName(container.phase)), container.id);
  SLIPWAY_TRY(letGo(arena, container, complaint));
  unlinkat(container.folder.get(), fifo_name, 0);
  if (complaint[0] != '\0') return told(arena.join(complaint));
  container.phase = Phase::running;
  return hooks::run(arena, (*container.spec)["hooks"]["poststart"], describeState(arena, container));
}

} // namespace slipway::runtime
