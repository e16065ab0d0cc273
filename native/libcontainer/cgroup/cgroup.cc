#include "libcontainer/cgroup/cgroup.h"

#include "libcontainer/file.h"
#include "libcontainer/rootfs/mount.h"
#include "libcontainer/user.h"

#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

namespace slipway::cgroup {

static constexpr const char* top = "/sys/fs/cgroup";
/** How long a killed process may take to end. */
static constexpr int end_milliseconds = 10'000;

static bool isFilesystem(int fd, long magic) {
  struct statfs info{};
  return fstatfs(fd, &info) == 0 && info.f_type == magic;
}

bool isUnified() {
  const Fd fd(::open(top, O_PATH | O_DIRECTORY | O_CLOEXEC));
  return fd && isFilesystem(fd.get(), CGROUP2_SUPER_MAGIC);
}

int Place::controller(std::string_view name) const {
  if (v2) return count == 0 ? -1 : hierarchies[0].folder.get();
  for (size_t i = 0; i < count; i++) {
    std::string_view names = hierarchies[i].name.view();
    while (!names.empty()) {
      const size_t comma = names.find(',');
      if (names.substr(0, comma) == name) return hierarchies[i].folder.get();
      names = comma == names.npos ? std::string_view() : names.substr(comma + 1);
    }
  }
  return -1;
}

/** Goes from the top of a hierarchy down to the container's folder. */
static Status descend(Fd folder, const Place& place, bool make, std::string_view controllers, Fd& result) {
  std::string_view rest = place.path.view();
  while (!rest.empty()) {
    const size_t slash = rest.find('/');
    const Text<256> name(rest.substr(0, slash));
    rest = slash == rest.npos ? std::string_view() : rest.substr(slash + 1);
    if (name.view().empty()) continue;
    if (name.cut() || name.view() == "..") return failure(EINVAL, "open cgroup", place.path.view());
    if (make && place.v2) v2::delegateControllers(folder.get());
    const bool made = make && mkdirat(folder.get(), name.c_str(), 0755) == 0;
    if (make && !made && errno != EEXIST) return failure("make cgroup", place.path.view());
    Fd next(openat(folder.get(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next) return failure("open cgroup", place.path.view());
    if (made && controllers == "cpuset") SLIPWAY_TRY(v1::inheritCpuset(folder.get(), next.get()));
    folder = std::move(next);
  }
  result = std::move(folder);
  return success();
}

static Status addHierarchy(Place& place, Fd folder, std::string_view name, bool make) {
  Hierarchy& hierarchy = place.hierarchies[place.count];
  Status status = descend(std::move(folder), place, make, name, hierarchy.folder);
  if (!make && status.error == ENOENT) return success();
  SLIPWAY_TRY(status);
  hierarchy.name = Text<64>(name);
  place.count++;
  return success();
}

/** Every folder of /sys/fs/cgroup that is a v1 hierarchy; links such as "cpu" to "cpu,cpuacct" are passed over. */
static Status addLegacyHierarchies(Place& place, int folder, bool make) {
  DIR* listing = fdopendir(dup(folder));
  if (listing == nullptr) return failure("list", top);
  Status status;
  while (const dirent* entry = readdir(listing)) {
    if (entry->d_type != DT_DIR || entry->d_name[0] == '.' || place.count == Place::most) continue;
    Fd hierarchy(openat(folder, entry->d_name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!hierarchy || !isFilesystem(hierarchy.get(), CGROUP_SUPER_MAGIC)) continue;
    status = addHierarchy(place, std::move(hierarchy), entry->d_name, make);
    if (!status.ok()) break;
  }
  closedir(listing);
  return status;
}

static Status find(const char* path, Place& place, bool make) {
  place.path = Text<512>(path);
  // With rights over the host a container without a cgroup could use every device.
  if (path[0] == '\0' && user::inNamespace()) return success();
  // Never the top itself, which holds everything else.
  const bool named = place.path.view().find_first_not_of("/.") != std::string_view::npos;
  if (path[0] != '/' || !named || place.path.cut()) return failure(EINVAL, "read cgroupsPath", path);
  Fd folder(::open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return failure("open", top);
  place.v2 = isFilesystem(folder.get(), CGROUP2_SUPER_MAGIC);
  if (place.v2) return addHierarchy(place, std::move(folder), "", make);
  return addLegacyHierarchies(place, folder.get(), make);
}

Status make(const char* path, Place& place) {
  return find(path, place, true);
}

Status open(const char* path, Place& place) {
  SLIPWAY_TRY(find(path, place, false));
  return place.count == 0 && path[0] != '\0' ? failure(ENOENT, "open cgroup", path) : success();
}

Status addProcess(const Place& place, pid_t pid) {
  Text<24> text;
  text.number(pid);
  for (size_t i = 0; i < place.count; i++) {
    SLIPWAY_TRY(file::write(place.hierarchies[i].folder.get(), "cgroup.procs", text.view(), "join cgroup"));
  }
  return success();
}

void holdQuickMoves(Fd& held) {
  if (isUnified()) return;
  mount::Options options;
  // The option goes for all hierarchies, so an empty one of our own, attached nowhere, is enough to ask for it.
  for (const std::string_view each : {"none", "name=slipway", "favordynmods"})
    options.data[options.data_count++] = each;
  static_cast<void>(mount::newFilesystem("cgroup", "cgroup", options, held));
}

/** An OCI `memory.checkBeforeUpdate`: a limit under what is used already is refused rather than answered by the OOM
 * killer. */
static Status checkMemory(Arena& arena, const Place& place, const json::Value& memory) {
  const int64_t limit = memory["limit"].integer();
  const int folder = place.controller("memory");
  if (!memory["checkBeforeUpdate"].boolean() || limit <= 0 || folder < 0) return success();
  char* text = nullptr;
  size_t size = 0;
  SLIPWAY_TRY(file::read(arena, folder, place.v2 ? "memory.current" : "memory.usage_in_bytes", text, size));
  return static_cast<int64_t>(strtoull(text, nullptr, 10)) <= limit
             ? success()
             : failure(EBUSY, "set memory limit, which is below what is in use", place.path.view());
}

Status setResources(Arena& arena, const Place& place, const json::Value& resources) {
  if (!resources) return success();
  SLIPWAY_TRY(checkMemory(arena, place, resources["memory"]));
  return place.v2 ? v2::setResources(place, resources) : v1::setResources(arena, place, resources);
}

Status setDevices(Arena& arena, const Place& place, const json::Value& devices) {
  if (devices.size() == 0) return success();
  return place.v2 ? v2::setDevices(arena, place, devices) : v1::setDevices(place, devices);
}

Status freeze(const Place& place, bool frozen) {
  if (place.count == 0) return frozen ? failure(EOPNOTSUPP, "freeze processes without a cgroup") : success();
  return place.v2 ? v2::freeze(place, frozen) : v1::freeze(place, frozen);
}

std::string_view cut(std::string_view& rest, char separator) {
  const size_t at = rest.find(separator);
  const std::string_view part = rest.substr(0, at);
  rest = at == rest.npos ? std::string_view() : rest.substr(at + 1);
  return part;
}

uint64_t keyedValue(std::string_view text, std::string_view key, uint64_t otherwise) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == ' ') {
      return strtoull(line.data() + key.size() + 1, nullptr, 10);
    }
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
  }
  return otherwise;
}

uint64_t oomKills(const Place& place) {
  char text[1024];
  const int folder = place.controller("memory");
  const Fd fd(folder < 0 ? -1
                         : openat(folder, place.v2 ? "memory.events" : "memory.oom_control", O_RDONLY | O_CLOEXEC));
  const ssize_t size = fd ? ::read(fd.get(), text, sizeof text - 1) : 0;
  if (size <= 0) return 0;
  text[size] = '\0';
  return keyedValue({text, static_cast<size_t>(size)}, "oom_kill", 0);
}

Status pids(Arena& arena, const Place& place, pid_t*& list, size_t& count) {
  count = 0;
  if (place.count == 0) return success();
  const int folder = place.v2                        ? place.controller("")
                     : place.controller("pids") >= 0 ? place.controller("pids")
                                                     : place.hierarchies[0].folder.get();
  char* text = nullptr;
  size_t size = 0;
  SLIPWAY_TRY(file::read(arena, folder, "cgroup.procs", text, size));
  list = arena.array<pid_t>(size / 2 + 1);
  for (char* at = text; *at != '\0';) {
    char* end = nullptr;
    const auto pid = static_cast<pid_t>(strtol(at, &end, 10));
    if (end == at) break;
    // 0 stands for a process of another pid namespace.
    if (pid != 0) list[count++] = pid;
    at = *end == '\n' ? end + 1 : end;
  }
  return success();
}

/** Waits until a process has left its cgroup, which it has when its pidfd tells its end. */
static void awaitEnd(pid_t pid) {
  const Fd process(syscall(SYS_pidfd_open, pid, 0));
  pollfd ended{.fd = process.get(), .events = POLLIN, .revents = 0};
  if (process) poll(&ended, 1, end_milliseconds);
}

Status kill(Arena& arena, const Place& place) {
  // A frozen process of v1 does not even die.
  static_cast<void>(freeze(place, false));
  // Until a look finds none, since each may fork meanwhile.
  for (int round = 0; round < 64; round++) {
    pid_t* list = nullptr;
    size_t count = 0;
    SLIPWAY_TRY(pids(arena, place, list, count));
    if (count == 0) return success();
    if (place.v2) static_cast<void>(file::write(place.controller(""), "cgroup.kill", "1"));
    for (size_t i = 0; i < count; i++) ::kill(list[i], SIGKILL);
    for (size_t i = 0; i < count; i++) awaitEnd(list[i]);
  }
  return failure(EBUSY, "kill processes of cgroup", place.path.view());
}

Status remove(const Place& place) {
  Status status;
  for (size_t i = 0; i < place.count; i++) {
    const PathText path(top, place.v2 ? "" : "/", place.hierarchies[i].name.view(), place.path.view());
    if (rmdir(path.c_str()) < 0 && errno != ENOENT && status.ok()) status = failure("remove cgroup", path.view());
  }
  return status;
}

Status appendPageSize(Text<128>& name, const json::Value& size) {
  const std::string_view text = size.string();
  size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') digits++;
  const std::string_view unit = text.substr(digits);
  if (digits == 0 || digits > 6 || (unit != "KB" && unit != "MB" && unit != "GB"))
    return failure(EINVAL, "read size of huge pages", text);
  name.append(text);
  return success();
}

Text<256> rdmaLimit(const json::Value& device) {
  Text<256> line(device.key());
  if (device["hcaHandles"]) line.append(" hca_handle=").number(device["hcaHandles"].integer());
  if (device["hcaObjects"]) line.append(" hca_object=").number(device["hcaObjects"].integer());
  return line;
}

} // namespace slipway::cgroup
