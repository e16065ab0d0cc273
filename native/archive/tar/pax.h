#pragma once

#include "archive/tar/tar_entry.h"
#include "archive/tar/tar_header.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::archive {

/** How a pax header says that the next file is sparse (GNU tar manual, "Storing Sparse Files"). */
struct PaxSparse {
  bool present = false;
  int major = 0;
  int minor = 0;
  std::optional<std::uint64_t> real_size;
  /** Formats 0.0 and 0.1 have the map here; 1.0 has it before the data. */
  std::vector<Segment> map;
};

/** What an extended header changes in the next one. */
struct Pax {
  std::optional<std::string> path;
  std::optional<std::string> link;
  std::optional<std::uint64_t> size;
  std::optional<std::uint64_t> uid;
  std::optional<std::uint64_t> gid;
  std::optional<timespec> mtime;
  std::vector<std::pair<std::string, std::string>> xattrs;
  PaxSparse sparse;
};

/** Reads "length key=value\n" records (POSIX.1-2001 pax(1), "pax Extended Header") over `out`; unknown keys are left
 * alone. */
Status parsePax(std::string_view records, Pax& out);

/** A decimal number without sign that fits. */
bool parseDecimal(std::string_view text, std::uint64_t& out);

} // namespace slipway::archive
