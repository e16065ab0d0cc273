#pragma once

#include "archive/layer/layer_changes.h"
#include "archive/stream/block_queue.h"

#include <string>
#include <vector>

namespace slipway::archive {

// Layers that are whole trees, for hosts without overlayfs: each is a copy of its parent with the changes made in it.

/** Copies the tree `from` to the new folder `to`, with owners, modes, times, links, devices and xattrs. */
Status copyTree(const std::string& from, const std::string& to);

/** Makes the changes of the overlayfs upper folder `diff` in the tree `to`; whiteouts delete. */
Status applyLayer(const std::string& diff, const std::string& to);

/** What the tree `top` changes over the tree `below` ("" is empty), sorted by path; of a deleted folder only itself. */
Status compareTrees(const std::string& top, const std::string& below, std::vector<LayerChange>& out);

/** Bytes of the files in `top` that `below` does not have as they are. */
Status measureChanges(const std::string& top, const std::string& below, std::uint64_t& out);

/** Packs what `compareTrees` tells as a layer tar. */
Status packChanges(const std::string& top, const std::string& below, const std::vector<std::string>& omit,
                   BlockQueue& to);

} // namespace slipway::archive
