#pragma once

#include <unistd.h>
#include <utility>

namespace slipway {

/** Owns one file descriptor and closes it. */
class Fd {
public:
  Fd() = default;

  explicit Fd(int fd) : fd_(fd) {}

  explicit Fd(long fd) : fd_(static_cast<int>(fd)) {}

  Fd(Fd&& other) noexcept : fd_(other.release()) {}

  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }

  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;

  ~Fd() { reset(); }

  int get() const { return fd_; }

  /** False when opening failed or nothing is held. */
  explicit operator bool() const { return fd_ >= 0; }

  /** Gives the descriptor away. */
  int release() { return std::exchange(fd_, -1); }

  void reset(int fd = -1) {
    const int former = std::exchange(fd_, fd);
    if (former >= 0) close(former);
  }

private:
  int fd_ = -1;
};

} // namespace slipway
