#pragma once

#include "archive/stream/source.h"
#include "archive/tar/tar_entry.h"

#include <string>

namespace slipway::archive {

/**
 * Gives an open file or folder its owner, xattrs, mode and (a file) times.
 * `fresh`: it was just made with the entry's permission bits by root, so that only what differs needs a call.
 */
Status setAttributes(int fd, const TarEntry& entry, bool fresh);

/** The same for what cannot be opened: symlinks, devices, fifos. */
Status setAttributes(int parent, const std::string& name, const TarEntry& entry);

/** Sets mtime, and atime to the same. */
Status setTimes(int fd, const timespec& mtime, std::string_view name);

} // namespace slipway::archive
