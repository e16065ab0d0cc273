#include "archive/tar/pax.h"

#include <charconv>

namespace slipway::archive {

namespace {

constexpr std::string_view xattr_prefix = "SCHILY.xattr.";

/** Seconds with an optional fraction and sign; digits beyond nanoseconds are dropped. */
bool parseTime(std::string_view text, timespec& out) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  std::uint64_t seconds = 0;
  if (!parseDecimal(text.substr(0, point), seconds) || seconds > (std::uint64_t{1} << 55U)) return false;
  long nanoseconds = 0;
  if (point != std::string_view::npos) {
    std::string fraction(text.substr(point + 1, 9));
    fraction.resize(9, '0');
    std::uint64_t parsed = 0;
    if (!parseDecimal(fraction, parsed)) return false;
    nanoseconds = static_cast<long>(parsed);
  }
  out.tv_sec = negative ? -static_cast<time_t>(seconds) : static_cast<time_t>(seconds);
  out.tv_nsec = nanoseconds;
  if (negative && nanoseconds > 0) {
    out.tv_sec -= 1;
    out.tv_nsec = 1'000'000'000 - nanoseconds;
  }
  return true;
}

bool parseNumber(std::string_view value, std::optional<std::uint64_t>& out) {
  std::uint64_t number = 0;
  if (!parseDecimal(value, number)) return false;
  out = number;
  return true;
}

/** "offset,length,offset,length..." of format 0.1. */
bool parseMap(std::string_view text, std::vector<Segment>& out) {
  out.clear();
  while (!text.empty()) {
    Segment segment{};
    for (std::uint64_t* number : {&segment.offset, &segment.length}) {
      const std::size_t comma = text.find(',');
      if (!parseDecimal(text.substr(0, comma), *number)) return false;
      text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    }
    out.push_back(segment);
  }
  return true;
}

bool parseSparse(std::string_view key, std::string_view value, Pax& out) {
  PaxSparse& sparse = out.sparse;
  sparse.present = true;
  std::uint64_t number = 0;
  if (key == "name") {
    out.path = value;
    return true;
  }
  if (key == "map") return parseMap(value, sparse.map);
  if (!parseDecimal(value, number)) return false;
  if (key == "major")
    sparse.major = static_cast<int>(std::min<std::uint64_t>(number, 9));
  else if (key == "minor")
    sparse.minor = static_cast<int>(std::min<std::uint64_t>(number, 9));
  else if (key == "size" || key == "realsize")
    sparse.real_size = number;
  else if (key == "offset")
    sparse.map.push_back({number, 0});
  else if (key == "numbytes" && !sparse.map.empty())
    sparse.map.back().length = number;
  return true;
}

bool apply(std::string_view key, std::string_view value, Pax& out) {
  if (key == "path") {
    // The name of a sparse file stands in GNU.sparse.name; path is then a made-up one.
    if (!out.sparse.present || !out.path) out.path = value;
  } else if (key == "linkpath") {
    out.link = value;
  } else if (key == "size") {
    return parseNumber(value, out.size);
  } else if (key == "uid") {
    return parseNumber(value, out.uid);
  } else if (key == "gid") {
    return parseNumber(value, out.gid);
  } else if (key == "mtime") {
    timespec time{};
    if (!parseTime(value, time)) return false;
    out.mtime = time;
  } else if (key.starts_with(xattr_prefix)) {
    out.xattrs.emplace_back(key.substr(xattr_prefix.size()), value);
  } else if (key.starts_with("GNU.sparse.")) {
    return parseSparse(key.substr(11), value, out);
  }
  return true;
}

} // namespace

bool parseDecimal(std::string_view text, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty();
}

Status parsePax(std::string_view records, Pax& out) {
  while (!records.empty()) {
    const std::size_t blank = records.find(' ');
    std::uint64_t length = 0;
    if (blank == std::string_view::npos || !parseDecimal(records.substr(0, blank), length) || length > records.size() ||
        length < blank + 3 || records[length - 1] != '\n') {
      return malformed("archive has a damaged pax header");
    }
    const std::string_view record = records.substr(blank + 1, length - blank - 2);
    const std::size_t equals = record.find('=');
    if (equals == std::string_view::npos || equals == 0) return malformed("archive has a damaged pax header");
    if (!apply(record.substr(0, equals), record.substr(equals + 1), out)) {
      return malformed("archive has a pax header with an impossible value", record.substr(0, equals));
    }
    records.remove_prefix(length);
  }
  return success();
}

} // namespace slipway::archive
