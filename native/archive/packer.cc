#include "archive/packer.h"

#include "archive/entry_path.h"
#include "archive/layer/whiteout.h"
#include "archive/owners.h"
#include "archive/rooted.h"
#include "archive/xattrs.h"

#include <algorithm>
#include <array>
#include <climits>
#include <fcntl.h>
#include <iterator>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace slipway::archive {

namespace {

using Xattrs = std::vector<std::pair<std::string, std::string>>;

bool isOpaque(const Xattrs& xattrs) {
  return std::any_of(xattrs.begin(), xattrs.end(),
                     [](const auto& xattr) { return xattr.first == opaqueXattr() && xattr.second == "y"; });
}

Status readLink(const TreeNode& node, std::string& out) {
  std::array<char, PATH_MAX> buffer{};
  const ssize_t size = readlinkat(node.parent, node.name.c_str(), buffer.data(), buffer.size());
  if (size < 0) return failure("readlink", node.path);
  out.assign(buffer.data(), static_cast<std::size_t>(size));
  return success();
}

} // namespace

bool isPacked(const std::string& xattr) {
  if (xattr.starts_with("user.")) return !xattr.starts_with("user.overlay.");
  return xattr == "security.capability" || xattr.starts_with("system.posix_acl_");
}

Packer::Packer(BlockQueue& to, PackOptions options)
    : tar_(to, options.fractions), buffer_(new std::uint8_t[block_size]), options_(std::move(options)) {}

Status Packer::whiteout(std::string_view path, const struct stat& of) {
  return marker(parentOf(path), ".wh." + std::string(lastOf(path)), of);
}

Status Packer::add(const TreeNode& node, const std::string& name) {
  if (S_ISSOCK(node.info.st_mode) || isOmitted(node)) return success();
  if (options_.layer && isWhiteout(node.info)) return whiteout(name, node.info);
  TarEntry entry;
  Xattrs all;
  SLIPWAY_TRY(describe(node, name, entry, all));
  const auto known = links_.find({node.info.st_dev, node.info.st_ino});
  if (node.info.st_nlink > 1 && !S_ISDIR(node.info.st_mode)) {
    if (known != links_.end()) return hardlink(std::move(entry), known->second);
    links_.emplace(std::pair{node.info.st_dev, node.info.st_ino}, name);
  }
  if (entry.kind == EntryKind::file) return file(node, entry);
  SLIPWAY_TRY(tar_.header(entry));
  return options_.layer && entry.kind == EntryKind::directory && isOpaque(all) ? marker(name, ".wh..wh..opq", node.info)
                                                                               : success();
}

bool Packer::isOmitted(const TreeNode& node) const {
  const bool empty = S_ISDIR(node.info.st_mode) || (S_ISREG(node.info.st_mode) && node.info.st_size == 0);
  return empty && std::find(options_.omit.begin(), options_.omit.end(), node.path) != options_.omit.end();
}

Status Packer::describe(const TreeNode& node, const std::string& name, TarEntry& entry, Xattrs& all) {
  const struct stat& info = node.info;
  entry.name = name;
  entry.mode = info.st_mode & 07777U;
  entry.uid = info.st_uid;
  entry.gid = info.st_gid;
  entry.mtime = info.st_mtim;
  switch (info.st_mode & S_IFMT) {
  case S_IFDIR:
    entry.kind = EntryKind::directory;
    entry.name += '/';
    break;
  case S_IFLNK:
    entry.kind = EntryKind::symlink;
    SLIPWAY_TRY(readLink(node, entry.link));
    break;
  case S_IFIFO:
    entry.kind = EntryKind::fifo;
    break;
  case S_IFCHR:
  case S_IFBLK:
    entry.kind = S_ISCHR(info.st_mode) ? EntryKind::character : EntryKind::block;
    entry.major = major(info.st_rdev);
    entry.minor = minor(info.st_rdev);
    break;
  default:
    entry.size = static_cast<std::uint64_t>(info.st_size);
  }
  SLIPWAY_TRY(listXattrs(procPath(node.parent) + "/" + node.name, all));
  std::copy_if(all.begin(), all.end(), std::back_inserter(entry.xattrs),
               [](const auto& xattr) { return isPacked(xattr.first); });
  owners::toArchive(entry);
  return success();
}

Status Packer::marker(std::string_view folder, const std::string& name, const struct stat& of) {
  TarEntry entry;
  entry.name = joinPath(folder, name);
  entry.mode = 0600;
  entry.mtime = of.st_mtim;
  return tar_.header(entry);
}

Status Packer::hardlink(TarEntry entry, const std::string& target) {
  entry.kind = EntryKind::hardlink;
  entry.link = target;
  entry.size = 0;
  entry.xattrs.clear();
  return tar_.header(entry);
}

Status Packer::file(const TreeNode& node, const TarEntry& entry) {
  const Fd file(openat(node.parent, node.name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  // ELOOP: a symlink has taken its place meanwhile.
  if (!file) return errno == ENOENT || errno == ELOOP ? success() : failure("open", node.path);
  struct stat info{};
  SLIPWAY_TRY(check(fstat(file.get(), &info), "stat", node.path));
  if (!S_ISREG(info.st_mode)) return failure(ESTALE, "what was a file is something else now", node.path);
  SLIPWAY_TRY(tar_.header(entry));
  SLIPWAY_TRY(content(file.get(), entry));
  return tar_.finishEntry();
}

Status Packer::content(int file, const TarEntry& entry) {
  for (std::uint64_t at = 0; at < entry.size;) {
    const off_t data = lseek(file, static_cast<off_t>(at), SEEK_DATA);
    if (data < 0 && errno != ENXIO) return failure("seek", entry.name);
    const std::uint64_t next = data < 0 ? entry.size : std::min(static_cast<std::uint64_t>(data), entry.size);
    SLIPWAY_TRY(tar_.zeros(next - at));
    at = next;
    if (at == entry.size) break;
    const off_t hole = lseek(file, data, SEEK_HOLE);
    const std::uint64_t end = hole < 0 ? entry.size : std::min(static_cast<std::uint64_t>(hole), entry.size);
    SLIPWAY_TRY(copy(file, at, end, entry.name));
    at = end;
  }
  return success();
}

Status Packer::copy(int file, std::uint64_t at, std::uint64_t end, const std::string& name) {
  while (at < end) {
    const std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(end - at, block_size));
    const ssize_t got = pread(file, buffer_.get(), want, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure("read", name);
    if (got == 0) return tar_.zeros(end - at);
    SLIPWAY_TRY(tar_.data({buffer_.get(), static_cast<std::size_t>(got)}));
    at += static_cast<std::uint64_t>(got);
  }
  return success();
}

} // namespace slipway::archive
