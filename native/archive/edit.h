#pragma once

#include "libcontainer/status.h"

#include <string>

namespace slipway::archive {

// Changes of single things in the rootfs folder `root`. Symlinks on the way are followed inside it, the last part of a
// path never; it must be a name (EINVAL). What is mounted in the rootfs is neither moved nor deleted (EBUSY): seen from
// here the kernel would allow it, and take the mount away from the container.

/** Makes a folder, of root and for all to read. Fails with EEXIST when there is something. */
Status makeFolder(const std::string& root, const std::string& path);

/**
 * Gives what `from` is the path `to`. Fails with EEXIST when there is something, EXDEV where the kernel cannot do it
 * without a copy (another file system; overlayfs: a folder of a lower layer).
 */
Status movePath(const std::string& root, const std::string& from, const std::string& to);

/** Deletes what `path` is and all that is in it. */
Status removePath(const std::string& root, const std::string& path);

} // namespace slipway::archive
