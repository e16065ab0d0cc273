#include "archive/listing.h"

#include "libcontainer/fd.h"

#include <algorithm>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <string_view>
#include <sys/stat.h>

namespace slipway::archive {

namespace {

/** For file systems whose readdir does not tell. */
Status typeOf(int fd, const char* name, unsigned char& out) {
  struct stat info{};
  SLIPWAY_TRY(check(fstatat(fd, name, &info, AT_SYMLINK_NOFOLLOW), "stat", name));
  out = static_cast<unsigned char>(IFTODT(info.st_mode));
  return success();
}

} // namespace

Status listFolder(int fd, std::vector<ListedName>& out) {
  Fd own(openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!own) return failure("open", ".");
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(fdopendir(own.get()), closedir);
  if (!folder) return failure("opendir", ".");
  own.release();
  for (;;) {
    errno = 0;
    const dirent* const entry = readdir(folder.get());
    if (entry == nullptr) return errno == 0 ? success() : failure("readdir", ".");
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    ListedName listed{std::string(name), entry->d_type};
    if (listed.type == DT_UNKNOWN) SLIPWAY_TRY(typeOf(fd, entry->d_name, listed.type));
    out.push_back(std::move(listed));
  }
}

Status listFolderSorted(int fd, std::vector<ListedName>& out) {
  SLIPWAY_TRY(listFolder(fd, out));
  std::sort(out.begin(), out.end(), [](const ListedName& a, const ListedName& b) { return a.name < b.name; });
  return success();
}

} // namespace slipway::archive
