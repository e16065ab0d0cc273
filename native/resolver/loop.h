#pragma once

#include "libcontainer/fd.h"
#include "libcontainer/status.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>

namespace slipway::resolver {

/** Waits for descriptors and for points in time. What is taken out while events are handled is not called any more. */
class Loop {
public:
  using Ready = std::function<void(uint32_t events)>;

  Status open();

  /** Calls `ready` for EPOLL* `events` of `fd`, which the loop then owns. @return what to remove it by */
  uint64_t add(Fd fd, uint32_t events, Ready ready);
  /** Closes the descriptor. */
  void remove(uint64_t id);
  void change(uint64_t id, uint32_t events);

  /** Calls `due` in so many milliseconds. @return what to take it back by */
  uint64_t after(int milliseconds, std::function<void()> due);
  void cancel(uint64_t timer);

  /** Handles events as long as `wanted` says so. */
  void run(const std::function<bool()>& wanted);

private:
  struct Source {
    Fd fd;
    /** Shared, so that a source may take itself out while it is called. */
    std::shared_ptr<Ready> ready;
  };

  int untilNext() const;
  void runDue();

  Fd epoll_;
  uint64_t next_ = 0;
  std::unordered_map<uint64_t, Source> sources_;
  /** By time and number. */
  std::map<std::pair<int64_t, uint64_t>, std::function<void()>> timers_;
  std::unordered_map<uint64_t, int64_t> due_;
};

} // namespace slipway::resolver
