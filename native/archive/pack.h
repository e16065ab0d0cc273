#pragma once

#include "archive/stream/block_queue.h"

#include <string>
#include <vector>

namespace slipway::archive {

/**
 * Packs an overlayfs upper folder as a layer tar (OCI image spec, layer.md): whiteouts become ".wh." files. The same
 * tree gives the same bytes. Sockets are left out, as in Docker's layers.
 * @param omit paths without a slash at the start, left out where they are folders or empty files
 */
Status packLayer(const std::string& diff, const std::vector<std::string>& omit, BlockQueue& to);

/**
 * Packs what `path` is inside the rootfs `root` (a symlink as such, unless the path ends in "/" or "/."), with all that
 * is in it, also in what is mounted there. `name` is its name in the tar; what is in a folder follows as "name/...".
 */
Status packPath(const std::string& root, const std::string& path, const std::string& name, BlockQueue& to);

/** Packs a whole rootfs (docker export). Of what is mounted in it there are only the places: empty folders and files.
 */
Status packRootfs(const std::string& root, BlockQueue& to);

} // namespace slipway::archive
