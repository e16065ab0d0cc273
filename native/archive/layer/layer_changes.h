#pragma once

#include "libcontainer/status.h"

#include <string>
#include <vector>

namespace slipway::archive {

/** A path that differs between a layer and what is below it. */
struct LayerChange {
  enum class Kind { modified = 0, added = 1, deleted = 2 };

  /** From "/" on. */
  std::string path;
  Kind kind;
};

/** What the overlayfs upper folder `diff` changes over `lowers` (diff folders, uppermost first), sorted by path. */
Status listChanges(const std::string& diff, const std::vector<std::string>& lowers, std::vector<LayerChange>& out);

/** Bytes of file content below `folder`; a file with several names counts once. */
Status measureUsage(const std::string& folder, std::uint64_t& out);

} // namespace slipway::archive
