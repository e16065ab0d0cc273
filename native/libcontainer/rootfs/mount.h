#pragma once

#include "libcontainer/fd.h"
#include "libcontainer/rootfs/mount_options.h"

/** Mounts as descriptors (fsopen(2), open_tree(2), move_mount(2)): nothing is ever named by a path that can change. */
namespace slipway::mount {

/** Copies the mount at `source` (a host path), with the mounts below it where the options say rbind; not attached yet.
 */
Status openTree(const char* source, const Options& options, Fd& tree);

/** The same of what `fd` refers to. */
Status openTree(int fd, bool recursive, Fd& tree);

/** Makes a file system of `type` with the options' data, attributes and propagation; not attached yet. */
Status newFilesystem(const char* type, const char* source, const Options& options, Fd& tree);

/** Sets attributes and propagation of a mount that `tree` is the root of. */
Status setAttributes(int tree, const Options& options);

/** Attaches `tree` on what `target` (O_PATH) refers to. */
Status attach(int tree, int target, const char* name);

/** Makes the mount at `tree` read-only, keeping its other attributes. */
Status makeReadOnly(int tree, bool recursive);

} // namespace slipway::mount
