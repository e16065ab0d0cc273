#pragma once

#include "libcontainer/fd.h"
#include "libcontainer/status.h"

#include <string>
#include <vector>

namespace slipway::archive {

/** Read-only layers as overlayfs would show them together; diff folders, uppermost first. */
class LowerLayers {
public:
  Status open(const std::vector<std::string>& diffs);

  /** What is at `path` (clean, below the root), opened with O_PATH; nothing held when it is missing or hidden. Follows
   * nothing. */
  Status find(const std::string& path, Fd& out) const;

private:
  std::vector<Fd> layers_;
};

} // namespace slipway::archive
