#include "archive/full_tree.h"

#include "archive/entry_path.h"
#include "archive/packer.h"
#include "archive/rooted.h"
#include "archive/tree_walk.h"
#include "archive/unpack.h"

#include <algorithm>
#include <fcntl.h>
#include <functional>
#include <set>
#include <thread>
#include <unistd.h>

namespace slipway::archive {

namespace {

/** Has one thread pack what the calling one unpacks. */
Status pipe(const std::function<Status(BlockQueue&)>& pack, int to, const UnpackOptions& options) {
  BlockQueue queue(4 * block_size);
  std::thread packing([&] { queue.finish(pack(queue)); });
  std::thread unpacking;
  Status status;
  // Its own thread, since an unpacker changes the umask of the one it runs on.
  unpacking = std::thread([&] {
    TarReader reader(queue, nullptr);
    status = Unpacker(to, options).unpack(reader);
    queue.cancel();
  });
  unpacking.join();
  packing.join();
  return status;
}

bool sameTime(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool isSame(const struct stat& a, const struct stat& b) {
  return a.st_mode == b.st_mode && a.st_uid == b.st_uid && a.st_gid == b.st_gid && a.st_rdev == b.st_rdev &&
         (S_ISDIR(a.st_mode) || a.st_size == b.st_size) && sameTime(a.st_mtim, b.st_mtim);
}

/** What is at `path` below `root`. False when there is nothing. */
Status statBelow(int root, const std::string& path, struct stat& out, bool& found) {
  Fd node;
  const Status status = openBeneath(root, path, O_PATH | O_NOFOLLOW, node);
  found = status.ok();
  if (found) return check(fstat(node.get(), &out), "stat", path);
  return status.error == ENOENT || status.error == ENOTDIR || status.error == ELOOP ? success() : status;
}

using VisitChange = std::function<Status(const TreeNode&, LayerChange::Kind)>;

/** Calls `visit` for each node of `top` that `below` does not have as it is. */
Status eachChanged(int top, int below, const VisitChange& visit) {
  return walkTree(top, [&](const TreeNode& node) -> Status {
    struct stat former{};
    bool found = false;
    if (below >= 0) SLIPWAY_TRY(statBelow(below, node.path, former, found));
    if (found && isSame(node.info, former)) return success();
    return visit(node, found ? LayerChange::Kind::modified : LayerChange::Kind::added);
  });
}

/** Calls `visit` for each node of `below` that `top` lacks, but not for what was in a folder that it lacks. */
Status eachDeleted(int top, int below, const std::function<Status(const TreeNode&)>& visit) {
  std::string gone;
  return walkTree(below, [&](const TreeNode& node) -> Status {
    if (!gone.empty() && node.path.starts_with(gone)) return success();
    struct stat now{};
    bool found = false;
    SLIPWAY_TRY(statBelow(top, node.path, now, found));
    if (found) return success();
    gone = node.path + "/";
    return visit(node);
  });
}

/** The two trees, open; `below` holds nothing when there is none. */
struct Trees {
  Fd top;
  Fd below;

  Status open(const std::string& top_path, const std::string& below_path) {
    SLIPWAY_TRY(openFolder(top_path, top));
    return below_path.empty() ? success() : openFolder(below_path, below);
  }
};

} // namespace

Status copyTree(const std::string& from, const std::string& to) {
  Fd source;
  Fd target;
  SLIPWAY_TRY(openFolder(from, source));
  SLIPWAY_TRY(check(mkdir(to.c_str(), 0700), "mkdir", to));
  SLIPWAY_TRY(openFolder(to, target));
  const auto pack = [&](BlockQueue& queue) -> Status {
    Packer packer(queue, {.layer = false, .fractions = true});
    struct stat info{};
    SLIPWAY_TRY(check(fstat(source.get(), &info), "stat", from));
    const std::string self = ".";
    SLIPWAY_TRY(packer.add({source.get(), self, self, info}, "."));
    SLIPWAY_TRY(walkTree(source.get(), [&](const TreeNode& node) { return packer.add(node, node.path); }));
    return packer.finish();
  };
  return pipe(pack, target.get(), {});
}

Status applyLayer(const std::string& diff, const std::string& to) {
  Fd source;
  Fd target;
  SLIPWAY_TRY(openFolder(diff, source));
  SLIPWAY_TRY(openFolder(to, target));
  const auto pack = [&](BlockQueue& queue) -> Status {
    Packer packer(queue, {.layer = true, .fractions = true});
    struct stat info{};
    SLIPWAY_TRY(check(fstat(source.get(), &info), "stat", diff));
    const std::string self = ".";
    SLIPWAY_TRY(packer.add({source.get(), self, self, info}, "."));
    SLIPWAY_TRY(walkTree(source.get(), [&](const TreeNode& node) { return packer.add(node, node.path); }));
    return packer.finish();
  };
  return pipe(pack, target.get(), {.apply = true});
}

Status compareTrees(const std::string& top, const std::string& below, std::vector<LayerChange>& out) {
  Trees trees;
  SLIPWAY_TRY(trees.open(top, below));
  SLIPWAY_TRY(eachChanged(trees.top.get(), trees.below.get(), [&](const TreeNode& node, LayerChange::Kind kind) {
    out.push_back({"/" + node.path, kind});
    return success();
  }));
  if (trees.below) {
    SLIPWAY_TRY(eachDeleted(trees.top.get(), trees.below.get(), [&](const TreeNode& node) {
      out.push_back({"/" + node.path, LayerChange::Kind::deleted});
      return success();
    }));
  }
  std::sort(out.begin(), out.end(), [](const LayerChange& a, const LayerChange& b) { return a.path < b.path; });
  return success();
}

Status measureChanges(const std::string& top, const std::string& below, std::uint64_t& out) {
  Trees trees;
  SLIPWAY_TRY(trees.open(top, below));
  std::set<std::pair<dev_t, ino_t>> counted;
  out = 0;
  return eachChanged(trees.top.get(), trees.below.get(), [&](const TreeNode& node, LayerChange::Kind) {
    const bool first = counted.emplace(node.info.st_dev, node.info.st_ino).second;
    if (S_ISREG(node.info.st_mode) && first) out += static_cast<std::uint64_t>(node.info.st_size);
    return success();
  });
}

Status packChanges(const std::string& top, const std::string& below, const std::vector<std::string>& omit,
                   BlockQueue& to) {
  Trees trees;
  SLIPWAY_TRY(trees.open(top, below));
  Packer packer(to, {.layer = true, .fractions = false, .omit = omit});
  // Whiteouts first: what takes the place of something deleted is then not deleted again.
  if (trees.below) {
    SLIPWAY_TRY(eachDeleted(trees.top.get(), trees.below.get(),
                            [&](const TreeNode& node) { return packer.whiteout(node.path, node.info); }));
  }
  SLIPWAY_TRY(eachChanged(trees.top.get(), trees.below.get(),
                          [&](const TreeNode& node, LayerChange::Kind) { return packer.add(node, node.path); }));
  return packer.finish();
}

} // namespace slipway::archive
