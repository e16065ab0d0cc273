#pragma once

#include "libcontainer/fd.h"
#include "libcontainer/status.h"

#include <string>
#include <sys/stat.h>

namespace slipway::archive {

/** Something in a rootfs, as `docker cp` names it. */
struct Resource {
  /** The folder it is in. */
  Fd parent;
  /** In that folder; "." for the root of the rootfs. */
  std::string name;
  struct stat info{};
};

/**
 * Finds `path` in the rootfs `root`: symlinks on the way are followed inside it (openat2(2), RESOLVE_IN_ROOT), the last
 * part only when the path ends in "/" or "/.". ENOENT, ENOTDIR or ELOOP when it is not there.
 */
Status findResource(const std::string& root, const std::string& path, Resource& out);

/** What Docker's X-Docker-Container-Path-Stat tells. */
struct PathStat {
  std::string name;
  std::uint64_t size = 0;
  /** Bits of Go's fs.FileMode. */
  std::uint32_t mode = 0;
  timespec mtime{};
  /** Of a symlink: where it leads, absolute in the rootfs. */
  std::string link_target;
};

Status statPath(const std::string& root, const std::string& path, PathStat& out);

} // namespace slipway::archive
