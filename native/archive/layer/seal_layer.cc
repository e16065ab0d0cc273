#include "archive/layer/seal_layer.h"

#include "archive/digest.h"
#include "archive/entry_path.h"
#include "archive/layer/whiteout.h"
#include "archive/pack.h"
#include "archive/packer.h"
#include "archive/remove_tree.h"
#include "archive/rooted.h"
#include "archive/split/split_writer.h"
#include "archive/stream/read_ahead.h"
#include "archive/tree_walk.h"
#include "archive/xattrs.h"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <isa-l/crc64.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <thread>
#include <unistd.h>

namespace slipway::archive {

namespace {

using Xattrs = std::vector<std::pair<std::string, std::string>>;

/** What overlayfs and others keep for this host alone; an opaque folder's mark is in the tar. Labels stay. */
bool isForeign(const std::pair<std::string, std::string>& xattr) {
  if (xattr.first == opaqueXattr()) return xattr.second != "y";
  return !isPacked(xattr.first) && (xattr.first.starts_with("trusted.") || xattr.first.starts_with("user."));
}

Status dropForeignXattrs(const std::string& path) {
  Xattrs all;
  SLIPWAY_TRY(listXattrs(path, all));
  for (const auto& xattr : all) {
    if (!isForeign(xattr)) continue;
    if (lremovexattr(path.c_str(), xattr.first.c_str()) < 0 && errno != ENODATA) return failure("remove xattr", path);
  }
  return success();
}

/** The tar has whole seconds. */
Status dropFractions(const TreeNode& node) {
  if (node.info.st_mtim.tv_nsec == 0) return success();
  const std::array<timespec, 2> times{timespec{0, UTIME_OMIT}, timespec{node.info.st_mtim.tv_sec, 0}};
  return check(utimensat(node.parent, node.name.c_str(), times.data(), AT_SYMLINK_NOFOLLOW), "set times", node.path);
}

/** Deletes a file or an empty folder; the folder it is in keeps its time. */
Status removeFrom(int root, const std::string& path) {
  Fd parent;
  struct stat info{};
  SLIPWAY_TRY(openBeneath(root, std::string(parentOf(path)), O_RDONLY | O_DIRECTORY, parent));
  SLIPWAY_TRY(check(fstat(parent.get(), &info), "stat", path));
  const std::string name(lastOf(path));
  if (unlinkat(parent.get(), name.c_str(), 0) < 0) {
    if (errno != EISDIR) return failure("unlink", path);
    if (unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR) < 0 && errno != ENOTEMPTY) return failure("rmdir", path);
  }
  const std::array<timespec, 2> times{timespec{0, UTIME_OMIT}, info.st_mtim};
  return check(futimens(parent.get(), times.data()), "set times", path);
}

/** Takes away what is in no tar. */
Status reduce(int root, const std::vector<std::string>& omit) {
  std::vector<std::string> doomed;
  SLIPWAY_TRY(walkTree(root, [&](const TreeNode& node) {
    const bool empty = S_ISDIR(node.info.st_mode) || (S_ISREG(node.info.st_mode) && node.info.st_size == 0);
    const bool omitted = empty && std::find(omit.begin(), omit.end(), node.path) != omit.end();
    if (omitted || S_ISSOCK(node.info.st_mode)) doomed.push_back(node.path);
    return success();
  }));
  // What is in a folder was found after it.
  for (auto path = doomed.rbegin(); path != doomed.rend(); ++path) SLIPWAY_TRY(removeFrom(root, *path));
  SLIPWAY_TRY(dropForeignXattrs(procPath(root) + "/."));
  return walkTree(root, [&](const TreeNode& node) {
    SLIPWAY_TRY(dropForeignXattrs(procPath(node.parent) + "/" + node.name));
    return dropFractions(node);
  });
}

Status splitFile(TarReader& reader, const TarEntry& entry, SplitWriter& split) {
  std::uint64_t crc = 0;
  for (;;) {
    Bytes bytes;
    SLIPWAY_TRY(reader.read(bytes));
    if (bytes.empty()) break;
    crc = crc64_ecma_refl(crc, bytes.data(), bytes.size());
  }
  return split.file(entry.name, crc, entry.segments);
}

Status splitTar(Source& tar, int layer, std::uint64_t& size) {
  SplitWriter split;
  SLIPWAY_TRY(split.open(layer, "split"));
  TarReader reader(tar, &split);
  for (TarEntry entry;;) {
    bool end = false;
    SLIPWAY_TRY(reader.next(entry, end));
    if (end) return split.finish();
    if (entry.kind != EntryKind::file || entry.size == 0) continue;
    SLIPWAY_TRY(splitFile(reader, entry, split));
    size += entry.size;
  }
}

/** Packs `diff` on a thread of its own, and splits, hashes and counts what it gives. */
Status packAndSplit(const std::string& diff, const std::vector<std::string>& omit, int layer, UnpackedLayer& out) {
  BlockQueue queue(8 * block_size);
  std::thread packing([&] { queue.finish(packLayer(diff, omit, queue)); });
  Status status;
  {
    DigestSource hashed(queue);
    {
      ReadAhead ahead(hashed);
      status = splitTar(ahead, layer, out.size);
    }
    if (status.ok()) {
      out.tar_size = out.compressed_size = hashed.size();
      out.digest = out.diff_id = hashed.finish();
    }
  }
  queue.cancel();
  packing.join();
  return status;
}

} // namespace

Status sealLayer(const std::string& layer, const std::vector<std::string>& omit, UnpackedLayer& out) {
  Fd folder;
  Fd root;
  SLIPWAY_TRY(openFolder(layer, folder));
  SLIPWAY_TRY(openBeneath(folder.get(), "diff", O_RDONLY | O_DIRECTORY, root));
  SLIPWAY_TRY(reduce(root.get(), omit));
  const Status status = packAndSplit(layer + "/diff", omit, folder.get(), out);
  if (!status.ok()) {
    unlinkat(folder.get(), "split", 0);
    return status;
  }
  // Upper folders have no entry for their root.
  out.implied = {""};
  return removeTree(folder.get(), "work");
}

} // namespace slipway::archive
