#pragma once

#include "libcontainer/arena.h"
#include "libcontainer/json.h"

/** Mounts that show other owners than their file system has (mount_setattr(2), "ID-mapped mounts"). */
namespace slipway::idmap {

/** Whether an OCI mount asks for it. */
bool isAsked(const json::Value& mount);

/**
 * Maps the owners of the detached mount `tree` by the `uidMappings` and `gidMappings` of an OCI mount: what belongs to
 * containerID shows as hostID's. The mounts below it, too, with the option "ridmap".
 * @return EINVAL without mappings, or where the file system cannot be mapped
 */
Status apply(Arena& arena, const json::Value& mount, int tree);

} // namespace slipway::idmap
