#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <time.h>
#include <utility>
#include <vector>

namespace slipway::archive {

enum class EntryKind { file, hardlink, symlink, character, block, directory, fifo };

/** A piece of a file: where it lies in the file and how long it is. */
struct Segment {
  std::uint64_t offset;
  std::uint64_t length;
};

/** One member of a tar, its extended headers already applied. */
struct TarEntry {
  EntryKind kind = EntryKind::file;
  /** As written in the archive: neither cleaned nor trusted. Holds no NUL. */
  std::string name;
  std::string link;
  /** Permission bits with setuid, setgid and sticky. */
  mode_t mode = 0;
  uid_t uid = 0;
  gid_t gid = 0;
  timespec mtime{};
  unsigned major = 0;
  unsigned minor = 0;
  /** Bytes of data that follow in the archive. */
  std::uint64_t size = 0;
  /** Bytes of the file as it is made; more than `size` when it has holes. */
  std::uint64_t real_size = 0;
  std::vector<std::pair<std::string, std::string>> xattrs;
  /** Where the data goes: one segment, or those of a sparse file in rising order. */
  std::vector<Segment> segments;
};

} // namespace slipway::archive
