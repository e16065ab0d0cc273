#include "archive/pack.h"

#include "archive/entry_path.h"
#include "archive/packer.h"
#include "archive/resource.h"
#include "archive/rooted.h"
#include "archive/tree_walk.h"

#include <fcntl.h>

namespace slipway::archive {

Status packLayer(const std::string& diff, const std::vector<std::string>& omit, BlockQueue& to) {
  Fd root;
  SLIPWAY_TRY(openFolder(diff, root));
  Packer packer(to, {.layer = true, .fractions = false, .omit = omit});
  SLIPWAY_TRY(walkTree(root.get(), [&](const TreeNode& node) { return packer.add(node, node.path); }));
  return packer.finish();
}

Status packPath(const std::string& root, const std::string& path, const std::string& name, BlockQueue& to) {
  Resource resource;
  SLIPWAY_TRY(findResource(root, path, resource));
  Packer packer(to, {.layer = false, .fractions = false});
  SLIPWAY_TRY(packer.add({resource.parent.get(), resource.name, path, resource.info}, name));
  if (S_ISDIR(resource.info.st_mode)) {
    Fd folder;
    SLIPWAY_TRY(openBeneath(resource.parent.get(), resource.name, O_RDONLY | O_DIRECTORY, folder));
    const auto visit = [&](const TreeNode& node) { return packer.add(node, joinPath(name, node.path)); };
    SLIPWAY_TRY(walkTree(folder.get(), visit, Mounts::inside));
  }
  return packer.finish();
}

Status packRootfs(const std::string& root, BlockQueue& to) {
  Fd top;
  struct stat own{};
  SLIPWAY_TRY(openFolder(root, top));
  SLIPWAY_TRY(check(fstat(top.get(), &own), "stat", root));
  Packer packer(to, {.layer = false, .fractions = false});
  SLIPWAY_TRY(walkTree(top.get(), [&](const TreeNode& node) {
    if (node.info.st_dev == own.st_dev || !S_ISREG(node.info.st_mode)) return packer.add(node, node.path);
    struct stat empty = node.info;
    empty.st_size = 0;
    return packer.add({node.parent, node.name, node.path, empty}, node.path);
  }));
  return packer.finish();
}

} // namespace slipway::archive
