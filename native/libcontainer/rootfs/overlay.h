#pragma once

#include "libcontainer/arena.h"
#include "libcontainer/fd.h"
#include "libcontainer/rootfs/mount_options.h"

/** Mounts of overlayfs, from the options containerd describes them with: lowerdir=A:B, upperdir=C, workdir=D. */
namespace slipway::overlay {

/**
 * Makes an overlay as a detached mount, which no process sees before it is attached.
 * @param options their `data` are the options of overlayfs; paths are absolute
 */
Status make(Arena& arena, const mount::Options& options, Fd& tree);

/**
 * The same with mount(2), for kernels before 6.7, whose fsconfig(2) cannot take layers one by one.
 * The calling thread is in a mount namespace of its own meanwhile; its root afterwards is that of the namespace.
 */
Status makeByMount(Arena& arena, const mount::Options& options, Fd& tree);

} // namespace slipway::overlay
