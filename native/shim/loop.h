#pragma once

#include "libcontainer/fd.h"
#include "libcontainer/status.h"

#include <cstdint>

namespace slipway::shim {

/** Something that waits for a descriptor. Lives in static or malloc memory, never moves. */
struct Source {
  /** Called with the EPOLL* events that came. */
  void (*ready)(Source& self, uint32_t events) = nullptr;
  Fd fd;
};

/** An epoll(7) loop with one deadline. Sources are freed by their owners, never while events of theirs are pending. */
class Loop {
public:
  Status open();

  Status add(Source& source, uint32_t events);
  void change(Source& source, uint32_t events);
  /** Stops waiting for it, keeping its descriptor. */
  void unwatch(Source& source);
  /** Takes the source out and closes its descriptor. */
  void remove(Source& source);

  /** Frees malloc'ed memory once no pending event can refer to it. */
  void freeLater(void* memory);

  /** Calls `expired` after so many milliseconds, replacing the deadline before; 0 takes it back. */
  void setDeadline(int milliseconds);

  /** Handles events until `stop`. */
  void run(void (*expired)());

  void stop() { stopped_ = true; }

private:
  static constexpr int most_events = 16;

  Fd epoll_;
  int64_t deadline_ = 0;
  bool stopped_ = false;
  void* garbage_ = nullptr;
};

} // namespace slipway::shim
