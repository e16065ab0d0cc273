#pragma once

#include "archive/stream/block_queue.h"

#include <atomic>
#include <cstdint>
#include <string>

namespace slipway::archive {

/**
 * As `joinLayer`, compressed with gzip. Uses the calling thread and one more.
 * @param taken is kept at the number of bytes of the tar that were compressed
 */
Status gzipLayer(const std::string& layer, const std::string& diff_id, BlockQueue& to,
                 std::atomic<std::uint64_t>& taken);

} // namespace slipway::archive
