#pragma once

#include "libcontainer/status.h"

#include <string>

namespace slipway::archive {

/**
 * Tries whether overlayfs works with upper layers on the file system of `folder`, by a mount that is never attached
 * anywhere. Uses and deletes a folder of its own in `folder`.
 * Fails with ENODEV when the kernel has no overlayfs, EPERM without the right to mount, ENOTSUP when the file system
 * cannot hold upper layers or does not tell d_type.
 */
Status checkOverlaySupport(const std::string& folder);

} // namespace slipway::archive
