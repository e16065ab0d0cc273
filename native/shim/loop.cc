#include "shim/loop.h"

#include <cstdlib>
#include <sys/epoll.h>
#include <time.h>

namespace slipway::shim {

static int64_t now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000 + time.tv_nsec / 1'000'000;
}

Status Loop::open() {
  epoll_ = Fd(epoll_create1(EPOLL_CLOEXEC));
  return epoll_ ? success() : failure("epoll_create");
}

Status Loop::add(Source& source, uint32_t events) {
  epoll_event event{.events = events, .data = {.ptr = &source}};
  return check(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, source.fd.get(), &event), "epoll_ctl");
}

void Loop::change(Source& source, uint32_t events) {
  epoll_event event{.events = events, .data = {.ptr = &source}};
  if (source.fd) epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, source.fd.get(), &event);
}

void Loop::unwatch(Source& source) {
  if (source.fd) epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, source.fd.get(), nullptr);
}

void Loop::remove(Source& source) {
  unwatch(source);
  source.fd.reset();
}

void Loop::freeLater(void* memory) {
  *static_cast<void**>(memory) = garbage_;
  garbage_ = memory;
}

void Loop::setDeadline(int milliseconds) {
  deadline_ = milliseconds == 0 ? 0 : now() + milliseconds;
}

void Loop::run(void (*expired)()) {
  epoll_event events[most_events];
  while (!stopped_) {
    int64_t rest = deadline_ == 0 ? -1 : deadline_ - now();
    if (deadline_ != 0 && rest <= 0) {
      deadline_ = 0;
      expired();
      continue;
    }
    const int count = epoll_wait(epoll_.get(), events, most_events, static_cast<int>(rest));
    for (int i = 0; i < count; i++) {
      auto* source = static_cast<Source*>(events[i].data.ptr);
      // One handled before may have closed it.
      if (source->fd) source->ready(*source, events[i].events);
    }
    while (garbage_ != nullptr) {
      void* memory = garbage_;
      garbage_ = *static_cast<void**>(memory);
      free(memory);
    }
  }
}

} // namespace slipway::shim
