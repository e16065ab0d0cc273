#pragma once

#include "archive/stream/block_queue.h"

#include <string>

namespace slipway::archive {

/**
 * Gives back the uncompressed tar that the layer folder `layer` came from. Each file is compared with its checksum and
 * the whole with `diff_id`: EBADMSG when the layer has been changed since.
 */
Status joinLayer(const std::string& layer, const std::string& diff_id, BlockQueue& to);

/**
 * Looks, without reading files, whether all that the layer folder `layer` is to give back is there: EBADMSG or ENOENT
 * with the path of the first file that is missing or too short. Changes of the same length are left for `joinLayer` to
 * find.
 */
Status checkLayer(const std::string& layer);

} // namespace slipway::archive
