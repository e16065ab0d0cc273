#include "archive/layer/layer_changes.h"

#include "archive/layer/lower_layers.h"
#include "archive/layer/whiteout.h"
#include "archive/rooted.h"
#include "archive/tree_walk.h"

#include <algorithm>
#include <set>

namespace slipway::archive {

Status listChanges(const std::string& diff, const std::vector<std::string>& lowers, std::vector<LayerChange>& out) {
  Fd root;
  LowerLayers below;
  SLIPWAY_TRY(openFolder(diff, root));
  SLIPWAY_TRY(below.open(lowers));
  const Status walked = walkTree(root.get(), [&](const TreeNode& node) -> Status {
    Fd former;
    SLIPWAY_TRY(below.find(node.path, former));
    const bool whiteout = isWhiteout(node.info);
    // A whiteout of nothing is left when what it hid was in this layer too.
    if (whiteout && !former) return success();
    const auto kind = whiteout ? LayerChange::Kind::deleted
                      : former ? LayerChange::Kind::modified
                               : LayerChange::Kind::added;
    out.push_back({"/" + node.path, kind});
    return success();
  });
  std::sort(out.begin(), out.end(), [](const LayerChange& a, const LayerChange& b) { return a.path < b.path; });
  return walked;
}

Status measureUsage(const std::string& folder, std::uint64_t& out) {
  Fd root;
  SLIPWAY_TRY(openFolder(folder, root));
  std::set<std::pair<dev_t, ino_t>> counted;
  out = 0;
  return walkTree(root.get(), [&](const TreeNode& node) {
    const bool again = node.info.st_nlink > 1 && !counted.emplace(node.info.st_dev, node.info.st_ino).second;
    if (S_ISREG(node.info.st_mode) && !again) out += static_cast<std::uint64_t>(node.info.st_size);
    return success();
  });
}

} // namespace slipway::archive
