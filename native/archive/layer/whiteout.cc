#include "archive/layer/whiteout.h"

#include "archive/rooted.h"
#include "libcontainer/user.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

namespace slipway::archive {

constexpr std::string_view whiteout_prefix = ".wh.";
constexpr std::string_view aufs_prefix = ".wh..wh.";
constexpr std::string_view opaque_name = ".wh..wh..opq";

Status parseWhiteout(std::string_view last, Whiteout& kind, std::string& target) {
  kind = Whiteout::none;
  if (!last.starts_with(whiteout_prefix)) return success();
  kind = last == opaque_name ? Whiteout::opaque : Whiteout::ignored;
  if (last.starts_with(aufs_prefix)) return success();
  kind = Whiteout::file;
  target = last.substr(whiteout_prefix.size());
  if (target.empty() || target == "." || target == "..") return malformed("archive has an impossible whiteout", last);
  return success();
}

bool isWhiteout(const struct stat& info) {
  return S_ISCHR(info.st_mode) && info.st_rdev == 0;
}

Status makeWhiteout(int parent, const std::string& name) {
  if (mknodat(parent, name.c_str(), S_IFCHR, 0) == 0) return success();
  if (errno != EEXIST) return failure("make whiteout", name);
  // What is in this layer stays; only what lies below it is hidden.
  struct stat info{};
  SLIPWAY_TRY(check(fstatat(parent, name.c_str(), &info, AT_SYMLINK_NOFOLLOW), "stat", name));
  return S_ISDIR(info.st_mode) ? setOpaque(parent, name) : success();
}

Status removeWhiteout(int parent, const std::string& name, bool& was) {
  struct stat info{};
  was = fstatat(parent, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && isWhiteout(info);
  return was ? check(unlinkat(parent, name.c_str(), 0), "unlink", name) : success();
}

Status setOpaque(int parent, const std::string& name) {
  Fd folder;
  SLIPWAY_TRY(openBeneath(parent, name, O_RDONLY | O_DIRECTORY, folder));
  return setOpaque(folder.get());
}

Status setOpaque(int folder) {
  return check(fsetxattr(folder, opaqueXattr(), "y", 1, 0), "set xattr", opaqueXattr());
}

bool isOpaque(const char* path) {
  char value = 0;
  return getxattr(path, opaqueXattr(), &value, 1) == 1 && value == 'y';
}

const char* opaqueXattr() {
  static const char* const name = user::inNamespace() ? "user.overlay.opaque" : "trusted.overlay.opaque";
  return name;
}

} // namespace slipway::archive
