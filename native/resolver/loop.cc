#include "resolver/loop.h"

#include <algorithm>
#include <array>
#include <sys/epoll.h>
#include <time.h>

namespace slipway::resolver {

static int64_t now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000 + time.tv_nsec / 1'000'000;
}

Status Loop::open() {
  epoll_ = Fd(epoll_create1(EPOLL_CLOEXEC));
  return epoll_ ? success() : failure("epoll_create");
}

uint64_t Loop::add(Fd fd, uint32_t events, Ready ready) {
  const uint64_t id = ++next_;
  epoll_event event{.events = events, .data = {.u64 = id}};
  // It fails for want of memory only; the source then never becomes ready and its timer ends it.
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd.get(), &event);
  sources_[id] = {std::move(fd), std::make_shared<Ready>(std::move(ready))};
  return id;
}

void Loop::remove(uint64_t id) {
  const auto found = sources_.find(id);
  if (found == sources_.end()) return;
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, found->second.fd.get(), nullptr);
  sources_.erase(found);
}

void Loop::change(uint64_t id, uint32_t events) {
  const auto found = sources_.find(id);
  epoll_event event{.events = events, .data = {.u64 = id}};
  if (found != sources_.end()) epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, found->second.fd.get(), &event);
}

uint64_t Loop::after(int milliseconds, std::function<void()> due) {
  const uint64_t id = ++next_;
  const int64_t time = now() + milliseconds;
  timers_[{time, id}] = std::move(due);
  due_[id] = time;
  return id;
}

void Loop::cancel(uint64_t timer) {
  const auto found = due_.find(timer);
  if (found == due_.end()) return;
  timers_.erase({found->second, timer});
  due_.erase(found);
}

int Loop::untilNext() const {
  if (timers_.empty()) return -1;
  return static_cast<int>(std::max<int64_t>(0, timers_.begin()->first.first - now()));
}

void Loop::runDue() {
  while (!timers_.empty() && timers_.begin()->first.first <= now()) {
    const auto first = timers_.begin();
    const auto due = std::move(first->second);
    due_.erase(first->first.second);
    timers_.erase(first);
    due();
  }
}

void Loop::run(const std::function<bool()>& wanted) {
  std::array<epoll_event, 32> events;
  while (wanted()) {
    const int count = epoll_wait(epoll_.get(), events.data(), events.size(), untilNext());
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<size_t>(i)];
      // One handled before may have taken it out.
      const auto found = sources_.find(event.data.u64);
      if (found == sources_.end()) continue;
      const auto ready = found->second.ready;
      (*ready)(event.events);
    }
    runDue();
  }
}

} // namespace slipway::resolver
