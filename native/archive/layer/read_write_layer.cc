#include "archive/layer/read_write_layer.h"

#include "archive/attributes.h"
#include "archive/layer/lower_layers.h"
#include "archive/owners.h"
#include "archive/rooted.h"
#include "archive/xattrs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::archive {

namespace {

/** chmod is needed since mkdir takes the umask of the process. */
Status makeFolder(const std::string& path, mode_t mode) {
  SLIPWAY_TRY(check(mkdir(path.c_str(), mode), "mkdir", path));
  return check(chmod(path.c_str(), mode), "chmod", path);
}

/** Copies everything but the content. */
Status copyAttributes(int from, int to, std::string_view name) {
  struct stat info{};
  SLIPWAY_TRY(check(fstat(from, &info), "stat", name));
  TarEntry entry;
  entry.kind = EntryKind::directory;
  entry.name = name;
  entry.mode = info.st_mode & 07777U;
  entry.uid = info.st_uid;
  entry.gid = info.st_gid;
  SLIPWAY_TRY(listXattrs(from, entry.xattrs));
  SLIPWAY_TRY(setAttributes(to, entry, false));
  return setTimes(to, info.st_mtim, name);
}

} // namespace

Status makeReadWriteLayer(const std::string& layer, const std::string& below) {
  struct stat info{};
  info.st_mode = 0755;
  info.st_uid = owners::rootUser();
  info.st_gid = owners::rootGroup();
  if (!below.empty()) SLIPWAY_TRY(check(stat(below.c_str(), &info), "stat", below));
  SLIPWAY_TRY(makeFolder(layer, 0710));
  SLIPWAY_TRY(makeFolder(layer + "/work", 0700));
  const std::string diff = layer + "/diff";
  SLIPWAY_TRY(makeFolder(diff, info.st_mode & 07777U));
  if (info.st_uid == 0 && info.st_gid == 0) return success();
  return check(chown(diff.c_str(), info.st_uid, info.st_gid), "chown", diff);
}

Status adoptFolders(const std::string& diff, const std::vector<std::string>& names,
                    const std::vector<std::string>& lowers) {
  LowerLayers below;
  SLIPWAY_TRY(below.open(lowers));
  Fd root;
  SLIPWAY_TRY(openFolder(diff, root));
  for (const std::string& name : names) {
    Fd to;
    const Status status = openBeneath(root.get(), name, O_RDONLY | O_DIRECTORY, to);
    // A later entry of the tar may have put something else in its place.
    if (status.error == ENOENT || status.error == ENOTDIR || status.error == ELOOP) continue;
    SLIPWAY_TRY(status);
    Fd found;
    SLIPWAY_TRY(below.find(name, found));
    if (!found) continue;
    const Fd from(openat(found.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (from)
      SLIPWAY_TRY(copyAttributes(from.get(), to.get(), name));
    else if (errno != ENOTDIR)
      return failure("open", name);
  }
  return success();
}

Status syncFileSystem(const std::string& path) {
  Fd folder;
  SLIPWAY_TRY(openFolder(path, folder));
  return check(syncfs(folder.get()), "sync", path);
}

} // namespace slipway::archive
