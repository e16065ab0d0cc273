#pragma once

#include "libcontainer/status.h"

#include <string>

namespace slipway::archive {

/**
 * Has ext4 put every folder that is made in `folder` into a block group of its own choice (FS_TOPDIR_FL, "T" of
 * chattr(1)) instead of beside the others. A freed inode is passed over for one to six minutes, so a layer that is
 * unpacked where one was removed before searches past every deleted file for each that it makes: an image that was
 * removed and comes back took four times as long. Other file systems are left as they are.
 */
Status spreadLayers(const std::string& folder);

} // namespace slipway::archive
