#pragma once

#include <cstdint>
#include <string_view>

/**
 * What is kept of a layer tar beside the unpacked files, so that the same bytes can be given back.
 * One zstd stream: the magic, then records. A record is its type (1 byte) and, numbers being little-endian u64:
 *   raw      length, bytes                                    bytes of the tar as they stand
 *   file     crc, path length, path, count, {offset, length}  bytes of a file below the layer's root
 *   shadowed path length, path, number                        what was at `path` until here was moved to
 * shadow/`number` crc is CRC-64/XZ of the segments' bytes. A `file` is looked for under the first later `shadowed`
 * record of its path or of a folder above it, otherwise below the root.
 */
namespace slipway::archive::split {

inline constexpr std::string_view magic = "slipway-split-1\n";

enum class Record : std::uint8_t { raw = 'R', file = 'F', shadowed = 'S' };

inline constexpr std::string_view shadow_folder = "shadow";

} // namespace slipway::archive::split
