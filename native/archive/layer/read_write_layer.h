#pragma once

#include "libcontainer/status.h"

#include <string>
#include <vector>

namespace slipway::archive {

/**
 * Makes the folder `layer` with an empty diff and work, as overlayfs wants them. The root of a merged tree has the
 * attributes of the uppermost layer, so diff takes those of `below` (the diff folder of the parent; "" when there is
 * none).
 */
Status makeReadWriteLayer(const std::string& layer, const std::string& below);

/**
 * Gives the folders `names` of the tree `diff` the owner, mode, times and xattrs they have in the uppermost of `lowers`
 * (diff folders, uppermost first) that has them: a layer tar need not repeat a folder to put something in it.
 */
Status adoptFolders(const std::string& diff, const std::vector<std::string>& names,
                    const std::vector<std::string>& lowers);

/** Has everything that was written to the file system of `path` on the disk before it returns: syncfs(2). */
Status syncFileSystem(const std::string& path);

} // namespace slipway::archive
