#pragma once

#include "libcontainer/status.h"

#include <functional>
#include <string>
#include <sys/stat.h>

namespace slipway::archive {

/** Something in a tree. */
struct TreeNode {
  /** The folder it is in, open. */
  int parent;
  /** In that folder. */
  const std::string& name;
  /** From the tree's root, without a slash at the start. */
  const std::string& path;
  const struct stat& info;
};

/** What is done about file systems that are mounted in a tree. */
enum class Mounts {
  /** They are visited as empty folders. */
  outside,
  /** They are part of the tree, but for the kernel's own (proc, sysfs, devpts, mqueue, cgroup). */
  inside,
};

/**
 * Calls `visit` for everything below the open folder `root`, a folder before what is in it, names in byte order.
 * Follows no symlink. What vanishes meanwhile is left out.
 */
Status walkTree(int root, const std::function<Status(const TreeNode&)>& visit, Mounts mounts = Mounts::outside);

} // namespace slipway::archive
