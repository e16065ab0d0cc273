#include "archive/remove_tree.h"

#include "archive/listing.h"
#include "libcontainer/fd.h"

#include <cstdint>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace slipway::archive {

namespace {

/** A folder that is being emptied, and the name it is then removed by. */
struct Level {
  Fd fd;
  std::string name;
  std::vector<std::string> folders;
};

/** Removes everything in a folder but its folders. */
Status empty(Level& level) {
  std::vector<ListedName> names;
  SLIPWAY_TRY(listFolder(level.fd.get(), names));
  for (ListedName& name : names) {
    if (name.type == DT_DIR) {
      level.folders.push_back(std::move(name.name));
    } else if (unlinkat(level.fd.get(), name.name.c_str(), 0) < 0 && errno != ENOENT) {
      return failure("unlink", name.name);
    }
  }
  return success();
}

/** A tree of any depth is to be removed with few descriptors: what lies too deep is moved to the top. */
constexpr std::size_t most_levels = 64;

Status hoist(const Level& level, const std::string& name, Level& top, std::uint64_t number) {
  for (;; ++number) {
    std::string hoisted = ".deep-" + std::to_string(number);
    constexpr unsigned flags = RENAME_NOREPLACE;
    if (renameat2(level.fd.get(), name.c_str(), top.fd.get(), hoisted.c_str(), flags) == 0) {
      top.folders.push_back(std::move(hoisted));
      return success();
    }
    if (errno != EEXIST) return failure("rename", name);
  }
}

Status enter(int parent, std::string name, std::vector<Level>& levels) {
  Level level{Fd(openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)), std::move(name), {}};
  if (!level.fd) return errno == ENOENT ? success() : failure("open", level.name);
  SLIPWAY_TRY(empty(level));
  levels.push_back(std::move(level));
  return success();
}

} // namespace

Status removeTree(int parent, const std::string& name) {
  if (unlinkat(parent, name.c_str(), 0) == 0 || errno == ENOENT) return success();
  if (errno != EISDIR) return failure("unlink", name);
  std::vector<Level> levels;
  std::uint64_t hoisted = 0;
  SLIPWAY_TRY(enter(parent, name, levels));
  while (!levels.empty()) {
    Level& level = levels.back();
    if (!level.folders.empty()) {
      std::string next = std::move(level.folders.back());
      level.folders.pop_back();
      if (levels.size() > most_levels) {
        SLIPWAY_TRY(hoist(level, next, levels.front(), hoisted++));
        continue;
      }
      SLIPWAY_TRY(enter(level.fd.get(), std::move(next), levels));
      continue;
    }
    const std::string done = std::move(level.name);
    levels.pop_back();
    const int above = levels.empty() ? parent : levels.back().fd.get();
    if (unlinkat(above, done.c_str(), AT_REMOVEDIR) < 0 && errno != ENOENT) return failure("rmdir", done);
  }
  return success();
}

Status removeTree(const std::string& path) {
  return removeTree(AT_FDCWD, path);
}

} // namespace slipway::archive
