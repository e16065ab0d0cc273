#pragma once

#include "archive/stream/block_queue.h"

#include <string>
#include <vector>

/**
 * What a builder asks of a tree that it copies from: a build context or an image's rootfs. Paths are looked up in the
 * folder `root`; every symlink is followed inside it, the last one too.
 */
namespace slipway::archive {

/** Names in a folder, sorted. */
Status listNames(const std::string& root, const std::string& path, std::vector<std::string>& out);

/**
 * A digest ("sha256:...") of what is copied of a file or a whole tree: names, kinds, modes, link targets, xattrs,
 * content. Neither times nor owners nor the name of `path` itself are in it.
 */
Status digestTree(const std::string& root, const std::string& path, std::string& out);

/** The bytes of a regular file; EINVAL for anything else. */
Status readFile(const std::string& root, const std::string& path, BlockQueue& to);

/** Whether a regular file is a tar, compressed or not. */
Status isTar(const std::string& root, const std::string& path, bool& out);

} // namespace slipway::archive
