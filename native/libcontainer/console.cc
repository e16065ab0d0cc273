#include "libcontainer/console.h"

#include "libcontainer/rooted.h"
#include "libcontainer/rootfs/mount.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace slipway::console {

Status openPair(int devpts, Fd& master, Fd& slave) {
  const int unlock = 0;
  master = Fd(openat(devpts, "ptmx", O_RDWR | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC));
  if (!master) return failure("open terminal", "/dev/pts/ptmx");
  SLIPWAY_TRY(check(ioctl(master.get(), TIOCSPTLCK, &unlock), "unlock terminal"));
  slave = Fd(ioctl(master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  return slave ? success() : failure("open terminal");
}

Status openDevpts(int root, Fd& devpts) {
  struct statfs info{};
  SLIPWAY_TRY(rooted::open(root, "/dev/pts", O_PATH | O_DIRECTORY, devpts));
  SLIPWAY_TRY(check(fstatfs(devpts.get(), &info), "verify devpts", "/dev/pts"));
  return info.f_type == DEVPTS_SUPER_MAGIC ? success() : failure(EXDEV, "verify devpts", "/dev/pts");
}

Status bindConsoleFromInit(int root, int slave) {
  Fd target, tree;
  SLIPWAY_TRY(rooted::makeFile(root, "/dev/console", target));
  SLIPWAY_TRY(mount::openTree(slave, false, tree));
  return mount::attach(tree.get(), target.get(), "/dev/console");
}

Status becomeFromInit(int slave) {
  SLIPWAY_TRY(check(ioctl(slave, TIOCSCTTY, 0), "set controlling terminal"));
  for (int fd = 0; fd < 3; fd++) SLIPWAY_TRY(check(dup2(slave, fd), "set stdio"));
  return success();
}

Status resize(int master, uint16_t rows, uint16_t columns) {
  const winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  return check(ioctl(master, TIOCSWINSZ, &size), "resize terminal");
}

} // namespace slipway::console
