#pragma once

#include "libcontainer/status.h"

#include <string>
#include <vector>

namespace slipway::archive {

struct ListedName {
  std::string name;
  /** DT_* of dirent.h, never DT_UNKNOWN. */
  unsigned char type;
};

/** Everything in a folder but "." and "..", as readdir(3) gives it. `fd` stays open. */
Status listFolder(int fd, std::vector<ListedName>& out);

/** The same, sorted by name. */
Status listFolderSorted(int fd, std::vector<ListedName>& out);

} // namespace slipway::archive
