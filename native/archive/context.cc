#include "archive/context.h"

#include "archive/codec/decompress.h"
#include "archive/digest.h"
#include "archive/listing.h"
#include "archive/packer.h"
#include "archive/rooted.h"
#include "archive/stream/file_source.h"
#include "archive/tar/tar_header.h"
#include "archive/tree_walk.h"
#include "archive/xattrs.h"

#include <array>
#include <climits>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::archive {

namespace {

/** Nothing is opened but by its handle: opening a FIFO waits, opening a device may do anything. */
Status openHandle(const std::string& root, const std::string& path, Fd& handle, struct stat& info) {
  Fd top;
  SLIPWAY_TRY(openFolder(root, top));
  SLIPWAY_TRY(openInRoot(top.get(), path, O_PATH, handle));
  return check(fstat(handle.get(), &info), "stat", path);
}

Status openRegular(const std::string& root, const std::string& path, Fd& file) {
  Fd handle;
  struct stat info{};
  SLIPWAY_TRY(openHandle(root, path, handle, info));
  if (!S_ISREG(info.st_mode)) return failure(EINVAL, "cannot read what is no regular file", path);
  file = Fd(open(procPath(handle.get()).c_str(), O_RDONLY | O_CLOEXEC));
  return file ? success() : failure("open", path);
}

/** A digest of fields, each with its length before it, so that no two trees give the same bytes. */
class TreeDigest {
public:
  void field(std::string_view text) {
    number(text.size());
    digest_.update({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }

  void number(std::uint64_t value) {
    std::array<std::uint8_t, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
    digest_.update(bytes);
  }

  /** `path` reaches the thing without following it. */
  Status describe(std::string_view name, const struct stat& info, const std::string& path) {
    field(name);
    number(info.st_mode);
    number(S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode) ? info.st_rdev : 0);
    if (S_ISLNK(info.st_mode)) {
      std::array<char, PATH_MAX> target{};
      const ssize_t size = readlink(path.c_str(), target.data(), target.size());
      if (size < 0) return failure("readlink", name);
      field({target.data(), static_cast<std::size_t>(size)});
    }
    std::vector<std::pair<std::string, std::string>> xattrs;
    SLIPWAY_TRY(listXattrs(path, xattrs));
    for (const auto& [key, value] : xattrs) {
      if (!isPacked(key)) continue;
      field(key);
      field(value);
    }
    return success();
  }

  Status content(const std::string& path, std::string_view name) {
    const Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return failure("open", name);
    FileSource source(file.get());
    std::uint64_t size = 0;
    for (Block block;;) {
      SLIPWAY_TRY(source.read(block));
      if (block.empty()) break;
      digest_.update(block.bytes);
      size += block.bytes.size();
    }
    number(size);
    return success();
  }

  std::string finish() { return digest_.finish(); }

private:
  Sha256 digest_;
};

Status addNode(TreeDigest& digest, const TreeNode& node) {
  if (S_ISSOCK(node.info.st_mode)) return success();
  Fd handle;
  const Status status = openBeneath(node.parent, node.name, O_PATH | O_NOFOLLOW, handle);
  if (status.error == ENOENT) return success();
  SLIPWAY_TRY(status);
  struct stat info{};
  SLIPWAY_TRY(check(fstat(handle.get(), &info), "stat", node.path));
  SLIPWAY_TRY(digest.describe(node.path, info, procPath(node.parent) + "/" + node.name));
  return S_ISREG(info.st_mode) ? digest.content(procPath(handle.get()), node.path) : success();
}

} // namespace

Status listNames(const std::string& root, const std::string& path, std::vector<std::string>& out) {
  Fd top;
  Fd folder;
  SLIPWAY_TRY(openFolder(root, top));
  SLIPWAY_TRY(openInRoot(top.get(), path, O_RDONLY | O_DIRECTORY, folder));
  std::vector<ListedName> names;
  SLIPWAY_TRY(listFolderSorted(folder.get(), names));
  for (ListedName& name : names) out.push_back(std::move(name.name));
  return success();
}

Status digestTree(const std::string& root, const std::string& path, std::string& out) {
  Fd handle;
  struct stat info{};
  SLIPWAY_TRY(openHandle(root, path, handle, info));
  TreeDigest digest;
  // A link of /proc/self/fd is followed by itself: what it holds is no symlink.
  SLIPWAY_TRY(digest.describe("", info, procPath(handle.get()) + (S_ISDIR(info.st_mode) ? "/." : "")));
  if (S_ISREG(info.st_mode)) SLIPWAY_TRY(digest.content(procPath(handle.get()), path));
  if (S_ISDIR(info.st_mode)) {
    Fd folder;
    SLIPWAY_TRY(openBeneath(handle.get(), ".", O_RDONLY | O_DIRECTORY, folder));
    SLIPWAY_TRY(walkTree(folder.get(), [&](const TreeNode& node) { return addNode(digest, node); }, Mounts::inside));
  }
  out = digest.finish();
  return success();
}

Status readFile(const std::string& root, const std::string& path, BlockQueue& to) {
  Fd file;
  SLIPWAY_TRY(openRegular(root, path, file));
  FileSource source(file.get());
  for (Block block;;) {
    SLIPWAY_TRY(source.read(block));
    if (block.empty()) return success();
    if (!to.push(std::move(block))) return failure(ECANCELED, "read", path);
  }
}

Status isTar(const std::string& root, const std::string& path, bool& out) {
  out = false;
  Fd file;
  SLIPWAY_TRY(openRegular(root, path, file));
  FileSource source(file.get());
  DecompressSource plain(source);
  std::string start;
  while (start.size() < tar_block) {
    Block block;
    // What cannot be decompressed is no archive, but a file as any other.
    if (!plain.read(block).ok() || block.empty()) return success();
    start.append(block.bytes.begin(), block.bytes.end());
  }
  const Bytes header(reinterpret_cast<const std::uint8_t*>(start.data()), tar_block);
  TarHeader parsed;
  out = !isZeroBlock(header) && parseTarHeader(header, parsed).ok();
  return success();
}

} // namespace slipway::archive
