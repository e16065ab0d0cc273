#include "archive/layer/overlay_support.h"

#include "archive/remove_tree.h"
#include "archive/rooted.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <memory>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace slipway::archive {

namespace {

Status setOption(const Fd& context, const char* key, const std::string& value) {
  return check(syscall(SYS_fsconfig, context.get(), FSCONFIG_SET_STRING, key, value.c_str(), 0), "set overlay option",
               key);
}

/** overlayfs needs to know what a name is without a stat for each (its documentation, "Upper and lower"). */
Status checkTypes(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path.c_str()), closedir);
  if (!folder) return failure("open", path);
  while (const dirent* entry = readdir(folder.get())) {
    if (entry->d_type == DT_UNKNOWN) return failure(ENOTSUP, "this file system does not tell d_type", path);
  }
  return success();
}

Status tryMount(const std::string& folder) {
  for (const char* name : {"", "/lower", "/upper", "/work"}) {
    SLIPWAY_TRY(check(mkdir((folder + name).c_str(), 0700), "mkdir", folder + name));
  }
  SLIPWAY_TRY(checkTypes(folder));
  const Fd context(syscall(SYS_fsopen, "overlay", FSOPEN_CLOEXEC));
  if (!context) return failure("open overlayfs");
  SLIPWAY_TRY(setOption(context, "lowerdir", folder + "/lower"));
  SLIPWAY_TRY(setOption(context, "upperdir", folder + "/upper"));
  SLIPWAY_TRY(setOption(context, "workdir", folder + "/work"));
  if (syscall(SYS_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) < 0) {
    return failure(errno == EINVAL ? ENOTSUP : errno, "this file system cannot hold upper layers", folder);
  }
  const Fd mount(syscall(SYS_fsmount, context.get(), FSMOUNT_CLOEXEC, 0));
  return mount ? success() : failure("mount overlayfs", folder);
}

} // namespace

Status checkOverlaySupport(const std::string& folder) {
  const std::string probe = folder + "/probe-" + std::to_string(getpid());
  const Status status = tryMount(probe);
  const Status removed = removeTree(probe);
  return status.ok() ? removed : status;
}

} // namespace slipway::archive
