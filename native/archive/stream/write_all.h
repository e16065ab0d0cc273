#pragma once

#include "archive/stream/source.h"

#include <string_view>

namespace slipway::archive {

/** write(2) until everything is written. */
Status writeAll(int fd, Bytes bytes, std::string_view name);

/** pwrite(2) until everything is written. */
Status writeAllAt(int fd, Bytes bytes, std::uint64_t offset, std::string_view name);

} // namespace slipway::archive
