#pragma once

#include "libcontainer/fd.h"
#include "libcontainer/status.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::archive {

/** openat2(2) below `root`: symlinks are followed as if `root` were "/", magic links never. O_CLOEXEC is added. */
Status openInRoot(int root, const std::string& path, int flags, Fd& out);

/** openat2(2) below `root` without following any symlink. */
Status openBeneath(int root, const std::string& path, int flags, Fd& out);

/** Opens a folder by its path on the host. */
Status openFolder(const std::string& path, Fd& out);

/** Where an open file lies, as the kernel tells; for messages and for paths inside one's own root. */
Status pathOf(int fd, std::string& out);

/** "/proc/self/fd/N": reaches what `fd` holds (opened with O_PATH too) through calls that only take paths. */
std::string procPath(int fd);

} // namespace slipway::archive
