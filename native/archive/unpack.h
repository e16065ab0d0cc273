#pragma once

#include "archive/folder_cache.h"
#include "archive/split/split_writer.h"
#include "archive/tar/tar_reader.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace slipway::archive {

struct UnpackOptions {
  /** ".wh." names become overlayfs's whiteouts and opaque folders; otherwise they are names like any other. */
  bool layer = false;
  /** ".wh." names delete what they name. */
  bool apply = false;
  /** A folder does not take the place of something else, nor the other way round (docker cp). */
  bool keep_kinds = false;
  /** Folder in the root that names are relative to. */
  std::string folder;
  /** Owner of everything instead of the archive's. */
  std::optional<std::pair<uid_t, gid_t>> owner;
  /** Permissions of everything but symlinks instead of the archive's. */
  std::optional<mode_t> mode;
};

/**
 * Writes the entries of a tar below a folder. Nothing an archive says leads out of it: names are cleaned, folders are
 * found by openat2(2) inside the root, the last part of a name is never followed, and what is in the way is taken away.
 * Runs on a thread of its own, whose umask it sets to 0.
 */
class Unpacker {
public:
  /** `split` may be null; then what is in the way is deleted, otherwise moved to `layer`/shadow. */
  Unpacker(int root, UnpackOptions options, SplitWriter* split = nullptr, int layer = -1);

  Status unpack(TarReader& reader);

  /** Bytes of file content. */
  std::uint64_t size() const { return size_; }

  /** Folders that were made because something is in them, without an entry of their own; "" is the root. */
  std::vector<std::string> takeImplied();

private:
  /** Where an entry goes. */
  struct Place {
    std::string above;
    std::string last;
    const Folder* folder = nullptr;

    int fd() const { return folder->fd.get(); }

    std::string path() const;
  };

  Status entry(TarReader& reader, const TarEntry& entry);
  /** A name of the archive, clean and from the root on. */
  Status nameInRoot(std::string_view name, std::string& out) const;
  Status find(const std::string& name, Place& out);
  Status rootFolder(const TarEntry& entry);
  Status whiteout(const Place& place, bool& done);
  Status deleteHidden(const Place& place, bool opaque, const std::string& target);
  Status make(TarReader& reader, const TarEntry& entry, Place& place);
  Status makeFile(TarReader& reader, const TarEntry& entry, Place& place);
  Status makeFolder(const TarEntry& entry, Place& place);
  Status makeHardlink(const TarEntry& entry, Place& place);
  Status makeSymlink(const TarEntry& entry, Place& place);
  Status makeNode(const TarEntry& entry, Place& place);
  Status writeData(TarReader& reader, const TarEntry& entry, int file, std::uint64_t& crc);
  /** Runs `attempt` (0 or -1 with errno); when the place is taken, empties it and runs it again. */
  Status claim(Place& place, bool folder, const char* operation, const std::function<int()>& attempt);
  Status vacate(Place& place, bool folder);
  Status shadow(const Place& place);
  Status setFolderTimes();

  const int root_;
  const UnpackOptions options_;
  SplitWriter* const split_;
  const int layer_;
  Fd shadow_;
  std::uint64_t shadows_ = 0;
  FolderCache folders_;
  bool root_described_ = false;
  /** A whiteout was taken away for the entry that is being made. */
  bool uncovered_ = false;
  std::uint64_t size_ = 0;
  std::vector<std::pair<std::string, timespec>> folder_times_;
};

} // namespace slipway::archive
