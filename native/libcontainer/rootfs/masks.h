#pragma once

#include "libcontainer/json.h"

/** Paths of a container that it may not see or not write (OCI runtime spec: maskedPaths, readonlyPaths). */
namespace slipway::masks {

/** Covers each path: a file by the host's null device, a folder by an empty read-only tmpfs. What is not there is
 * passed over. */
Status hideFromInit(int root, const json::Value& paths);

/** Makes each path, with what is mounted below it, read-only. */
Status protectFromInit(int root, const json::Value& paths);

} // namespace slipway::masks
