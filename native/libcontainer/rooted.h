#pragma once

#include "libcontainer/fd.h"
#include "libcontainer/status.h"

/**
 * Paths of a container's own file system, resolved as if its root were "/": no symlink, ".." or magic link leads out
 * of it (openat2(2), RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS).
 */
namespace slipway::rooted {

/** Opens `path` below the folder `root` with the flags of open(2); O_CLOEXEC is added. */
Status open(int root, const char* path, int flags, Fd& result);

/** As `open`, but a symlink anywhere in `path` is an ELOOP. */
Status openPlain(int root, const char* path, int flags, Fd& result);

/** Opens the folder `path` (O_PATH), after making what is missing of it with `mode`. */
Status makeFolder(int root, const char* path, unsigned mode, Fd& result);

/** Opens the file `path` (O_PATH), after making it empty, and its folders, where missing. */
Status makeFile(int root, const char* path, Fd& result);

} // namespace slipway::rooted
