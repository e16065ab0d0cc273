#pragma once

#include "archive/stream/block_queue.h"
#include "archive/tar/tar_writer.h"
#include "archive/tree_walk.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace slipway::archive {

struct PackOptions {
  /** Overlayfs's whiteouts and opaque folders become ".wh." files. */
  bool layer;
  /** Times with their fractions; Docker's layers have whole seconds. */
  bool fractions;
  /** Paths that are left out where they are folders or empty files: places that were made to mount something on. */
  std::vector<std::string> omit = {};
};

/** Whether an xattr goes into archives: labels and trusted ones say something about this host, not about the files. */
bool isPacked(const std::string& xattr);

/** Writes nodes of a tree into a tar; files with several names become hardlinks of the first one written. */
class Packer {
public:
  Packer(BlockQueue& to, PackOptions options);

  /** `name`: in the tar. Sockets are left out, as in Docker's layers. */
  Status add(const TreeNode& node, const std::string& name);

  /** The ".wh." file that hides `path`. */
  Status whiteout(std::string_view path, const struct stat& of);

  Status finish() { return tar_.finish(); }

private:
  using Xattrs = std::vector<std::pair<std::string, std::string>>;

  bool isOmitted(const TreeNode& node) const;
  Status describe(const TreeNode& node, const std::string& name, TarEntry& entry, Xattrs& all);
  Status marker(std::string_view folder, const std::string& name, const struct stat& of);
  Status hardlink(TarEntry entry, const std::string& target);
  Status file(const TreeNode& node, const TarEntry& entry);
  /** Holes are not read. A file that has shrunk since its header was written is filled up with zeros. */
  Status content(int file, const TarEntry& entry);
  Status copy(int file, std::uint64_t at, std::uint64_t end, const std::string& name);

  TarWriter tar_;
  const std::unique_ptr<std::uint8_t[]> buffer_;
  const PackOptions options_;
  /** First name of files that have several. */
  std::map<std::pair<dev_t, ino_t>, std::string> links_;
};

} // namespace slipway::archive
