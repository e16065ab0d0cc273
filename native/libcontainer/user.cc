#include "libcontainer/user.h"

#include "libcontainer/fd.h"
#include "libcontainer/file.h"
#include "libcontainer/rooted.h"
#include "libcontainer/text.h"

#include <cstdlib>
#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace slipway::user {

static constexpr size_t largest_passwd = 1 << 20;

static Status writeMap(Arena& arena, pid_t child, std::string_view file, const json::Value& mappings) {
  const char* text = "";
  for (const json::Value& each : mappings) {
    Text<96> line;
    line.number(each["containerID"].integer()).append(" ").number(each["hostID"].integer()).append(" ");
    text = arena.join(text, line.number(each["size"].integer()).append("\n").view());
  }
  Text<64> path("/proc/");
  path.number(child).append("/").append(file);
  return text[0] == '\0' ? success() : file::write(AT_FDCWD, path.c_str(), text, "write user mapping");
}

Status writeMapsFromParent(Arena& arena, pid_t child, const json::Value& uids, const json::Value& gids) {
  SLIPWAY_TRY(writeMap(arena, child, "uid_map", uids));
  return writeMap(arena, child, "gid_map", gids);
}

/** The next number of a text with spaces between them, -1 at its end. */
static int64_t nextNumber(const char*& at) {
  char* end = nullptr;
  const int64_t number = strtol(at, &end, 10);
  if (end == at) return -1;
  at = end;
  return number;
}

Status findHostUser(Arena& arena, pid_t process, uid_t uid, uid_t& host) {
  Text<48> path("/proc/"), space("/proc/");
  char* text = nullptr;
  size_t size = 0;
  struct stat ours{}, theirs{};
  space.number(process).append("/ns/user");
  host = uid;
  // A map tells of the namespace around it, whoever reads it.
  if (stat("/proc/self/ns/user", &ours) == 0 && stat(space.c_str(), &theirs) == 0 && ours.st_ino == theirs.st_ino)
    return success();
  path.number(process).append("/uid_map");
  const Status read = file::read(arena, AT_FDCWD, path.c_str(), text, size);
  if (read.error == ENOENT) return failure(ESRCH, "find user of a process that has ended");
  SLIPWAY_TRY(read);
  const char* at = text;
  for (int64_t inside = 0; (inside = nextNumber(at)) >= 0;) {
    const int64_t outside = nextNumber(at), count = nextNumber(at);
    if (uid < inside || uid - inside >= count) continue;
    host = static_cast<uid_t>(outside + uid - inside);
    return success();
  }
  return failure(EINVAL, "find user in the user namespace", path.view());
}

Status changeFromInit(Arena& arena, const json::Value& user) {
  const json::Value& additional = user["additionalGids"];
  const auto uid = static_cast<uid_t>(user["uid"].natural()), gid = static_cast<gid_t>(user["gid"].natural());
  gid_t* groups = arena.array<gid_t>(additional.size() + 1);
  size_t count = 0;
  for (const json::Value& each : additional) groups[count++] = static_cast<gid_t>(each.natural());
  umask(static_cast<mode_t>(user["umask"].natural(022)) & 0777);
  // Straight system calls: the wrappers of libc would look for threads to change as well.
  if (syscall(SYS_setgroups, count, groups) < 0 && (count != 0 || errno != EPERM)) return failure("set groups");
  SLIPWAY_TRY(check(syscall(SYS_setresgid, gid, gid, gid), "set group"));
  SLIPWAY_TRY(check(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), "keep capabilities"));
  SLIPWAY_TRY(check(syscall(SYS_setresuid, uid, uid, uid), "set user"));
  return check(prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0), "keep capabilities");
}

bool inNamespace() {
  const Fd map(open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC));
  char text[256];
  const ssize_t size = map ? read(map.get(), text, sizeof text - 1) : -1;
  if (size <= 0) return false;
  text[size] = '\0';
  // One line for all there are: "0 0 4294967295".
  char* rest = nullptr;
  const unsigned long inside = strtoul(text, &rest, 10), outside = strtoul(rest, &rest, 10),
                      count = strtoul(rest, &rest, 10);
  return inside != 0 || outside != 0 || count != UINT32_MAX;
}

/** Cuts the text up to a separator off. */
static std::string_view next(std::string_view& rest, char separator) {
  const size_t at = rest.find(separator);
  const std::string_view part = rest.substr(0, at);
  rest = at == rest.npos ? std::string_view() : rest.substr(at + 1);
  return part;
}

const char* home(Arena& arena, int root, uid_t uid) {
  Fd passwd;
  struct stat info{};
  char* text = nullptr;
  size_t size = 0;
  // An image's passwd may be a fifo, a device or without end: only a plain file of some size is read.
  if (!rooted::open(root, "/etc/passwd", O_RDONLY | O_NONBLOCK | O_NOCTTY, passwd).ok()) return "/";
  if (fstat(passwd.get(), &info) < 0 || !S_ISREG(info.st_mode)) return "/";
  if (!file::read(arena, passwd.get(), text, size, largest_passwd).ok()) return "/";
  Text<16> wanted;
  wanted.number(uid);
  std::string_view rest(text, size);
  while (!rest.empty()) {
    std::string_view line = next(rest, '\n');
    next(line, ':'), next(line, ':');
    if (next(line, ':') != wanted.view()) continue;
    next(line, ':'), next(line, ':');
    const std::string_view folder = next(line, ':');
    return folder.starts_with("/") ? arena.join(folder) : "/";
  }
  return "/";
}

} // namespace slipway::user
