#pragma once

#include "libcontainer/arena.h"
#include "libcontainer/json.h"

#include <sys/types.h>

/** Users and groups: mappings of a user namespace, credentials of a process. */
namespace slipway::user {

/** Writes /proc/PID/{uid,gid}_map of a child that has just entered a new user namespace (user_namespaces(7)). */
Status writeMapsFromParent(Arena& arena, pid_t child, const json::Value& uids, const json::Value& gids);

/** The host's ID of user `uid` in the user namespace of a process. EINVAL for one that is not mapped. */
Status findHostUser(Arena& arena, pid_t process, uid_t uid, uid_t& host);

/** Takes on an OCI `process.user`: supplementary groups, gid, uid, umask. Permitted capabilities are kept. */
Status changeFromInit(Arena& arena, const json::Value& user);

/** Home folder of `uid` in the root's /etc/passwd, "/" when it tells none. */
const char* home(Arena& arena, int root, uid_t uid);

} // namespace slipway::user
