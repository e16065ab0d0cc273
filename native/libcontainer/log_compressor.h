#pragma once

#include "libcontainer/fd.h"

#include <string_view>

namespace slipway {

/**
 * Makes gzip files (RFC 1952) of rotated logs, one at a time and each in a process of its own, so that no output waits
 * and none of the memory stays. The file is replaced once it is complete; when that fails, it stays as it was.
 *
 * An extra field "SL" of 16 bytes tells which file it was made of: inode and time of birth in nanoseconds, both little
 * endian. So whoever has read the file halfway knows it again.
 */
class LogCompressor {
public:
  static constexpr std::string_view suffix = ".gz";

  LogCompressor() = default;

  ~LogCompressor() { stop(); }

  LogCompressor(const LogCompressor&) = delete;
  LogCompressor& operator=(const LogCompressor&) = delete;

  /** Begins to replace `path` by `path`.gz, after the one before has ended. */
  void start(const char* path);

  /** Waits until what was begun is done. */
  void wait();

  /** Gives up what was begun. */
  void stop();

private:
  /** pidfd of the process at work; its number could be another's by the time it is asked for. */
  Fd process_;
};

} // namespace slipway
