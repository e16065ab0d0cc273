#pragma once

#include "libcontainer/fd.h"
#include "libcontainer/status.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::archive {

/** A folder of the tree that is being written. */
struct Folder {
  Fd fd;
  /** From the root, without symlinks; "" is the root. */
  std::string path;
  /** What is made in it gets its group, not root's. */
  bool setgid = false;
};

/** The open folders of a tree that is being written, by name. Resolves inside the root, makes what is missing. */
class FolderCache {
public:
  explicit FolderCache(int root) : root_(root) {}

  /**
   * The folder `name` (clean). Missing ones are made with 0755 and root's; a whiteout in the way becomes an opaque
   * folder. `out` is valid until the next call of any method.
   */
  Status open(std::string_view name, const Folder*& out);

  /** To be called when something that a name may have led through was taken away or changed. */
  void clear() { folders_.clear(); }

  /** Folders that no entry has described, in the order they were made. */
  std::vector<std::string> takeImplied() { return std::move(implied_); }

private:
  Status openOrMake(const std::string& name, Folder& out);
  Status make(const std::string& name);

  const int root_;
  std::map<std::string, Folder, std::less<>> folders_;
  std::vector<std::string> implied_;
};

} // namespace slipway::archive
