#pragma once

#include "libcontainer/arena.h"
#include "libcontainer/json.h"

#include <sys/types.h>

/** Users and groups: mappings of a user namespace, credentials of a process. */
namespace slipway::user {

/**
 * Whether this process is in a user namespace of its own rather than in the host's, as with a daemon that an ordinary
 * user runs: no devices can be made then, and marks of overlayfs lie in user xattrs (user_namespaces(7), overlayfs
 * "userxattr").
 */
bool inNamespace();

/** Writes /proc/PID/{uid,gid}_map of a child that has just entered a new user namespace (user_namespaces(7)). */
Status writeMapsFromParent(Arena& arena, pid_t child, const json::Value& uids, const json::Value& gids);

/** What this process calls user `uid` of the user namespace of a process. EINVAL for one that is not mapped, ESRCH when
 * the process has ended. */
Status findHostUser(Arena& arena, pid_t process, uid_t uid, uid_t& host);

/** Takes on an OCI `process.user`: supplementary groups, gid, uid, umask. Permitted capabilities are kept. */
Status changeFromInit(Arena& arena, const json::Value& user);

/** Home folder of `uid` in the root's /etc/passwd, "/" when it tells none. */
const char* home(Arena& arena, int root, uid_t uid);

} // namespace slipway::user
