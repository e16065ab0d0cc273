#include "libcontainer/json_log.h"

#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway {

static constexpr char hex[] = "0123456789abcdef";

Status JsonLog::open(const LogOptions& options) {
  path_ = PathText(options.path);
  max_size_ = options.max_size;
  max_files_ = options.max_files == 0 ? 1 : options.max_files;
  compress_ = options.compress && max_files_ > 1;
  fd_ = Fd(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640));
  struct stat info{};
  if (!fd_ || fstat(fd_.get(), &info) < 0) return failure("open log", options.path);
  size_ = static_cast<uint64_t>(info.st_size);
  attributes_size_ = options.attributes.size();
  if (attributes_size_ == 0) return success();
  if (attributes_size_ > most_attributes) return failure(E2BIG, "open log", options.path);
  attributes_ = static_cast<char*>(malloc(attributes_size_));
  if (attributes_ == nullptr) return failure("open log", options.path);
  memcpy(attributes_, options.attributes.data(), attributes_size_);
  return success();
}

void JsonLog::write(Stream stream, std::string_view data) {
  Line& line = lines_[stream];
  while (!data.empty()) {
    const size_t room = longest_line - line.size;
    const std::string_view window = data.substr(0, room);
    const size_t newline = window.find('\n');
    const bool complete = newline != window.npos;
    const std::string_view part = complete ? window.substr(0, newline) : window;
    data.remove_prefix(part.size() + (complete ? 1 : 0));
    if (line.size == 0 && (complete || part.size() == room)) {
      record(stream, part, complete);
      continue;
    }
    memcpy(line.text + line.size, part.data(), part.size());
    line.size += part.size();
    if (!complete && line.size < longest_line) return;
    record(stream, {line.text, line.size}, complete);
    line.size = 0;
  }
}

void JsonLog::end(Stream stream) {
  Line& line = lines_[stream];
  if (line.size != 0) record(stream, {line.text, line.size}, false);
  line.size = 0;
}

void JsonLog::record(Stream stream, std::string_view text, bool complete) {
  if (max_size_ != 0 && size_ + used_ >= max_size_) rotate();
  Line& line = lines_[stream];
  // The parts of one line share the time of the first.
  if (line.since.tv_sec == 0) clock_gettime(CLOCK_REALTIME, &line.since);
  put("{\"log\":\"");
  putEscaped(text);
  put(complete ? "\\n\",\"stream\":\"" : "\",\"stream\":\"");
  put(stream == out ? "stdout\"," : "stderr\",");
  if (attributes_size_ != 0) {
    put("\"attrs\":");
    put({attributes_, attributes_size_});
    put(",");
  }
  put("\"time\":\"");
  putTime(line.since);
  put("\"}\n");
  if (complete) line.since = {};
  if (used_ >= buffer_size) flush();
}

void JsonLog::put(std::string_view text) {
  if (used_ + text.size() > sizeof buffer_) return;
  memcpy(buffer_ + used_, text.data(), text.size());
  used_ += text.size();
}

/** Bytes of the UTF-8 sequence at the start of `text`, 0 when it is none (RFC 3629). */
static size_t sequenceSize(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const size_t size = first >= 0xc2 && first < 0xe0   ? 2
                      : first >= 0xe0 && first < 0xf0 ? 3
                      : first >= 0xf0 && first < 0xf5 ? 4
                                                      : 0;
  if (size == 0 || text.size() < size) return 0;
  // Overlong forms, surrogates and what is over U+10FFFF show in the second byte.
  const unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (byte(1) < low || byte(1) > high) return 0;
  for (size_t i = 2; i < size; i++) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  return size;
}

static constexpr bool isPlain(unsigned char c) {
  return c >= 0x20 && c < 0x80 && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
}

void JsonLog::putEscaped(std::string_view text) {
  while (!text.empty()) {
    size_t plain = 0;
    while (plain < text.size() && isPlain(static_cast<unsigned char>(text[plain]))) plain++;
    put(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return;
    const char c = text[0];
    const auto byte = static_cast<unsigned char>(c);
    size_t taken = 1;
    if (byte >= 0x80) {
      taken = sequenceSize(text);
      const std::string_view sequence = text.substr(0, taken);
      if (taken == 0) {
        put("\\ufffd"), taken = 1;
      } else if (sequence == "\u2028" || sequence == "\u2029") {
        put(sequence == "\u2028" ? "\\u2028" : "\\u2029");
      } else {
        put(sequence);
      }
    } else if (c == '\n' || c == '\r' || c == '"' || c == '\\') {
      const char escape[] = {'\\', c == '\n' ? 'n' : c == '\r' ? 'r' : c};
      put({escape, 2});
    } else {
      const char escape[] = {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
      put({escape, 6});
    }
    text.remove_prefix(taken);
  }
}

void JsonLog::putTime(const timespec& time) {
  if (time.tv_sec != second_) {
    // Not gmtime_r(3): it brings what reads files of time zones, a tenth of the shim.
    const std::chrono::sys_seconds seconds{std::chrono::seconds(time.tv_sec)};
    const auto day = std::chrono::floor<std::chrono::days>(seconds);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(seconds - day);
    const auto year = static_cast<int>(date.year());
    const auto two = [this](size_t at, auto value) {
      second_text_[at] = static_cast<char>('0' + value / 10 % 10);
      second_text_[at + 1] = static_cast<char>('0' + value % 10);
    };
    memcpy(second_text_, "0000-00-00T00:00:00", 19);
    two(0, year / 100), two(2, year), two(5, static_cast<unsigned>(date.month()));
    two(8, static_cast<unsigned>(date.day())), two(11, clock.hours().count());
    two(14, clock.minutes().count()), two(17, clock.seconds().count());
    second_ = time.tv_sec;
  }
  put({second_text_, 19});
  char fraction[10] = {'.'};
  long rest = time.tv_nsec;
  size_t size = sizeof fraction;
  for (size_t i = 9; i > 0; i--, rest /= 10) fraction[i] = static_cast<char>('0' + rest % 10);
  while (size > 1 && fraction[size - 1] == '0') size--;
  if (size > 1) put({fraction, size});
  put("Z");
}

void JsonLog::flush() {
  size_t written = 0;
  while (fd_ && written < used_) {
    const ssize_t count = ::write(fd_.get(), buffer_ + written, used_ - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    written += static_cast<size_t>(count);
  }
  if (fd_ && written < used_ && written > 0) {
    // Half a record would be glued to the next one.
    if (ftruncate(fd_.get(), static_cast<off_t>(size_)) == 0) written = 0;
  }
  size_ += written;
  used_ = 0;
}

/** Name of the file that has been rotated `number` times. */
static PathText numbered(const PathText& path, unsigned number) {
  PathText name(path.view());
  if (number > 0) name.append(".").number(number);
  return name;
}

static PathText compressed(const PathText& name) {
  return PathText(name.view(), LogCompressor::suffix);
}

void JsonLog::rotate() {
  flush();
  if (max_files_ == 1) {
    if (fd_ && ftruncate(fd_.get(), 0) == 0) size_ = 0;
    return;
  }
  // Names must not move below it. A program that writes faster than this waits, as it does for the disk.
  compressor_.wait();
  shift();
  Fd next(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640));
  if (!next) return;
  fd_ = std::move(next);
  size_ = 0;
  if (compress_) compressor_.start(numbered(path_, 1).c_str());
}

/** Each file takes the number after its own; the last one goes. */
void JsonLog::shift() {
  const PathText oldest = numbered(path_, max_files_ - 1);
  unlink(oldest.c_str());
  unlink(compressed(oldest).c_str());
  for (unsigned i = max_files_ - 1; i > 0; i--) {
    const PathText from = numbered(path_, i - 1), to = numbered(path_, i);
    rename(from.c_str(), to.c_str());
    if (i > 1) rename(compressed(from).c_str(), compressed(to).c_str());
  }
}

} // namespace slipway
