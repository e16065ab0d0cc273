#pragma once

#include <cerrno>
#include <cstddef>
#include <string_view>

namespace slipway {

/**
 * How an operation on the kernel ended: an errno, what was attempted, on which object.
 * Holds no heap memory, so that it can be made between clone and execve and sent through a socket.
 */
struct [[nodiscard]] Status {
  static constexpr size_t path_size = 256;

  /** 0 when it worked, else an errno value. */
  int error = 0;
  /** What was attempted, in a few words ("mount", "write cgroup.procs"); has static storage. */
  const char* operation = "";
  /** The object it was attempted on, NUL-terminated; an over-long one keeps its end. */
  char path[path_size] = {};

  bool ok() const { return error == 0; }
};

inline constexpr Status success() {
  return {};
}

/** A failed Status with `error` (an errno value). */
Status failure(int error, const char* operation, std::string_view path = {});

/** A failed Status with the current errno. */
inline Status failure(const char* operation, std::string_view path = {}) {
  return failure(errno, operation, path);
}

/** A Status for the result of a system call that gives -1 on failure. */
inline Status check(long result, const char* operation, std::string_view path = {}) {
  return result < 0 ? failure(operation, path) : success();
}

} // namespace slipway

#define SLIPWAY_NAME_JOINED(name, line) name##line
#define SLIPWAY_NAME(name, line) SLIPWAY_NAME_JOINED(name, line)

/** Leaves the function with a failed Status. */
#define SLIPWAY_TRY(expression)                                                                                        \
  do {                                                                                                                 \
    if (::slipway::Status SLIPWAY_NAME(tried_, __LINE__) = (expression); !SLIPWAY_NAME(tried_, __LINE__).ok())         \
      return SLIPWAY_NAME(tried_, __LINE__);                                                                           \
  } while (false)
