#pragma once

#include "libcontainer/status.h"

#include <string>
#include <utility>
#include <vector>

namespace slipway::archive {

/** All xattrs of an open file or folder, sorted; none on a file system that has no xattrs. */
Status listXattrs(int fd, std::vector<std::pair<std::string, std::string>>& out);

/** All xattrs of what `path` is, itself if it is a symlink. */
Status listXattrs(const std::string& path, std::vector<std::pair<std::string, std::string>>& out);

} // namespace slipway::archive
