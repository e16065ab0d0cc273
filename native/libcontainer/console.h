#pragma once

#include "libcontainer/fd.h"
#include "libcontainer/status.h"

#include <cstdint>

/** A container's terminal (pty(7)). */
namespace slipway::console {

/** Makes a pair in the devpts whose root is `devpts`: both ends come from one open file, never from a path. */
Status openPair(int devpts, Fd& master, Fd& slave);

/** Opens /dev/pts of the root and makes sure that it is a devpts. */
Status openDevpts(int root, Fd& devpts);

/** Puts the terminal on /dev/console of the root. */
Status bindConsoleFromInit(int root, int slave);

/** Starts a session with `slave` as its controlling terminal and as descriptors 0, 1 and 2. */
Status becomeFromInit(int slave);

Status resize(int master, uint16_t rows, uint16_t columns);

} // namespace slipway::console
