#pragma once

#include "archive/tar/tar_entry.h"
#include "libcontainer/status.h"

#include <cstdint>
#include <vector>

/**
 * How owners in archives and owners on the disk go together where containers have a user namespace: archives tell IDs
 * as containers see them, files have those of the host (user_namespaces(7)). All layers of a process are kept one way,
 * so this is set once, before anything else is done with archives. Nothing set: they are the same.
 */
namespace slipway::archive::owners {

/** IDs that follow each other, as a line of /proc/PID/uid_map. */
struct Range {
  std::uint32_t container = 0;
  std::uint32_t host = 0;
  std::uint32_t size = 0;
};

void map(std::vector<Range> uids, std::vector<Range> gids);

/** Owner and file capabilities of an archive's entry as they are written to the disk. EBADMSG for an owner without a
 * place there. */
Status toDisk(TarEntry& entry);

/** The other way round; an owner that no container knows is nobody (65534), as the kernel shows it. */
void toArchive(TarEntry& entry);

/** The host's IDs of the containers' root. */
uid_t rootUser();
gid_t rootGroup();

} // namespace slipway::archive::owners
