#pragma once

#include "libcontainer/fd.h"
#include "libcontainer/status.h"

#include <map>
#include <set>
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

  /** An entry has described the folder `path`, which may have been made before for what is in it. */
  void describe(const std::string& path) { implied_.erase(path); }

  /** Folders that no entry has described, the outer before the inner. */
  std::vector<std::string> takeImplied() const { return {implied_.begin(), implied_.end()}; }

private:
  Status openOrMake(const std::string& name, Folder& out);
  Status make(const std::string& name);

  const int root_;
  std::map<std::string, Folder, std::less<>> folders_;
  std::set<std::string> implied_;
};

} // namespace slipway::archive
