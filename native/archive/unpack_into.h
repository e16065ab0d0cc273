#pragma once

#include "archive/stream/source.h"
#include "archive/unpack.h"

#include <string>

namespace slipway::archive {

/**
 * Unpacks the tar `from`, compressed or not, into the existing folder `path` of the rootfs `root` (docker cp). What is
 * named in it may lead through symlinks, but never out of `root`. Nothing outside the calling process is run or loaded.
 */
Status unpackInto(Source& from, const std::string& root, const std::string& path, UnpackOptions options);

} // namespace slipway::archive
