#include "archive/layer/spread_layers.h"

#include "archive/rooted.h"

#include <linux/fs.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/statfs.h>

namespace slipway::archive {

Status spreadLayers(const std::string& folder) {
  Fd fd;
  SLIPWAY_TRY(openFolder(folder, fd));
  struct statfs system{};
  SLIPWAY_TRY(check(fstatfs(fd.get(), &system), "statfs", folder));
  if (system.f_type != EXT4_SUPER_MAGIC) return success();
  int flags = 0;
  SLIPWAY_TRY(check(ioctl(fd.get(), FS_IOC_GETFLAGS, &flags), "get flags", folder));
  if ((flags & FS_TOPDIR_FL) != 0) return success();
  flags |= FS_TOPDIR_FL;
  return check(ioctl(fd.get(), FS_IOC_SETFLAGS, &flags), "set flags", folder);
}

} // namespace slipway::archive
