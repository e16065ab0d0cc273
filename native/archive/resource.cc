#include "archive/resource.h"

#include "archive/entry_path.h"
#include "archive/rooted.h"

#include <array>
#include <climits>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace slipway::archive {

namespace {

/** https://pkg.go.dev/io/fs#FileMode */
std::uint32_t goMode(mode_t mode) {
  std::uint32_t out = mode & 0777U;
  const auto add = [&out](unsigned bit) { out |= std::uint32_t{1} << bit; };
  switch (mode & S_IFMT) {
  case S_IFDIR:
    add(31);
    break;
  case S_IFLNK:
    add(27);
    break;
  case S_IFBLK:
    add(26);
    break;
  case S_IFCHR:
    add(26), add(21);
    break;
  case S_IFIFO:
    add(25);
    break;
  case S_IFSOCK:
    add(24);
    break;
  default:
    break;
  }
  if ((mode & S_ISUID) != 0) add(23);
  if ((mode & S_ISGID) != 0) add(22);
  if ((mode & S_ISVTX) != 0) add(20);
  return out;
}

/** Where an open thing lies in the rootfs, from "/" on. */
Status pathInRoot(int root, int fd, std::string& out) {
  std::string top;
  SLIPWAY_TRY(pathOf(root, top));
  SLIPWAY_TRY(pathOf(fd, out));
  if (top != "/") out.erase(0, top.size());
  if (out.empty()) out = "/";
  return success();
}

/** A dangling link leads to a name all the same. */
Status linkTarget(int root, const Resource& link, std::string& out) {
  std::array<char, PATH_MAX> buffer{};
  const ssize_t size = readlinkat(link.parent.get(), link.name.c_str(), buffer.data(), buffer.size());
  if (size < 0) return failure("readlink", link.name);
  std::string folder;
  SLIPWAY_TRY(pathInRoot(root, link.parent.get(), folder));
  const std::string_view written(buffer.data(), static_cast<std::size_t>(size));
  out = (std::filesystem::path(folder) / written).lexically_normal();
  Fd target;
  return openInRoot(root, out, O_PATH, target).ok() ? pathInRoot(root, target.get(), out) : success();
}

} // namespace

Status findResource(const std::string& root, const std::string& path, Resource& out) {
  Fd top;
  SLIPWAY_TRY(openFolder(root, top));
  const bool follow = path.empty() || path.ends_with("/") || path.ends_with("/.") || path == ".";
  if (follow) {
    SLIPWAY_TRY(openInRoot(top.get(), path, O_PATH | O_DIRECTORY, out.parent));
    out.name = ".";
  } else {
    SLIPWAY_TRY(openInRoot(top.get(), std::string(parentOf(path)), O_PATH | O_DIRECTORY, out.parent));
    out.name = lastOf(path);
    // ".." leads up, which only openat2 may do.
    if (out.name == "..") return findResource(root, path + "/", out);
  }
  return check(fstatat(out.parent.get(), out.name.c_str(), &out.info, AT_SYMLINK_NOFOLLOW), "stat", path);
}

Status statPath(const std::string& root, const std::string& path, PathStat& out) {
  Resource resource;
  SLIPWAY_TRY(findResource(root, path, resource));
  std::string trimmed = path;
  while (trimmed.ends_with("/") || trimmed.ends_with("/.")) trimmed.pop_back();
  out.name = trimmed.empty() || trimmed == "." ? "/" : std::string(lastOf(trimmed));
  out.size = static_cast<std::uint64_t>(resource.info.st_size);
  out.mode = goMode(resource.info.st_mode);
  out.mtime = resource.info.st_mtim;
  if (!S_ISLNK(resource.info.st_mode)) return success();
  Fd top;
  SLIPWAY_TRY(openFolder(root, top));
  return linkTarget(top.get(), resource, out.link_target);
}

} // namespace slipway::archive
