#pragma once

#include "libcontainer/fd.h"
#include "libcontainer/log_compressor.h"
#include "libcontainer/status.h"
#include "libcontainer/text.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <time.h>

namespace slipway {

/** What a json-file log is asked to be. */
struct LogOptions {
  std::string_view path;
  /** Bytes after which the file is rotated, 0 for never. */
  uint64_t max_size = 0;
  /** Files kept in all, at least 1. */
  unsigned max_files = 1;
  /** Whether rotated files become gzip files. */
  bool compress = false;
  /** JSON object of extra attributes for every record, "" for none. */
  std::string_view attributes;
};

/**
 * Writes a container's output in Docker's json-file format: one {"log","stream","time"} object a line of output,
 * lines over 16 KiB in parts of which only the last ends in a newline, invalid UTF-8 as U+FFFD, times as RFC 3339 with
 * nanoseconds in UTC. Records are gathered and written by `flush`.
 */
class JsonLog {
public:
  enum Stream : uint8_t { out, err };

  JsonLog() = default;

  ~JsonLog() { free(attributes_); }

  JsonLog(const JsonLog&) = delete;
  JsonLog& operator=(const JsonLog&) = delete;

  /** Opens the file, appending to what is there. Keeps copies of the options. E2BIG for attributes over 16 KiB. */
  Status open(const LogOptions& options);

  /** Takes output in any pieces. */
  void write(Stream stream, std::string_view data);

  /** Records what is left of a line at the end of a stream. */
  void end(Stream stream);

  /** Hands everything recorded to the kernel. What the disk has no room for is dropped whole, never torn. */
  void flush();

  /** What is still being compressed stays as it is. Whatever is written afterwards goes on in the same file. */
  void stopCompressing() { compressor_.stop(); }

private:
  static constexpr size_t longest_line = 16 * 1024;
  static constexpr size_t buffer_size = 64 * 1024;
  static constexpr size_t most_attributes = 16 * 1024;
  /** One byte of output becomes at most 6 ("\u0000"); the rest is what stands around it. */
  static constexpr size_t largest_record = longest_line * 6 + most_attributes + 256;

  struct Line {
    size_t size = 0;
    /** When its first part was recorded; tv_sec 0 when the line begins with the next byte. */
    timespec since{};
    char text[longest_line];
  };

  void record(Stream stream, std::string_view text, bool complete);
  void put(std::string_view text);
  void putEscaped(std::string_view text);
  void putTime(const timespec& time);
  void rotate();
  void shift();

  Fd fd_;
  uint64_t size_ = 0;
  uint64_t max_size_ = 0;
  unsigned max_files_ = 1;
  bool compress_ = false;
  PathText path_;
  LogCompressor compressor_;
  char* attributes_ = nullptr;
  size_t attributes_size_ = 0;
  time_t second_ = -1;
  char second_text_[24] = {};
  size_t used_ = 0;
  // Not set to zero: pages that no output has come through take no memory.
  Line lines_[2];
  char buffer_[buffer_size + largest_record];
};

} // namespace slipway
