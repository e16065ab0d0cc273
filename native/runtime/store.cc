#include "runtime/store.h"

#include "libcontainer/file.h"
#include "libcontainer/text.h"

#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace slipway::runtime {

Status checkId(const char* id) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-.";
  const std::string_view name(id);
  if (name.empty()) return failure(EINVAL, "read the container ID, which is missing");
  const bool fine = name.find_first_not_of(allowed) == name.npos && name != "." && name != ".." && name.size() <= 255;
  return fine ? success() : failure(EINVAL, "read container ID", name);
}

static Status makeRoot(const char* root) {
  PathText path;
  std::string_view rest(root);
  for (size_t at = 0; at != rest.npos;) {
    at = rest.find('/', at + 1);
    const PathText part(rest.substr(0, at));
    if (mkdir(part.c_str(), 0711) < 0 && errno != EEXIST) return failure("make folder", part.view());
  }
  return success();
}

static Status openFolder(const Command& command, Container& container) {
  const PathText path(command.root, "/", container.id);
  container.folder = Fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  return container.folder ? success() : failure("find container", container.id);
}

Status makeFolder(const Command& command, Container& container) {
  SLIPWAY_TRY(makeRoot(command.root));
  const PathText path(command.root, "/", container.id);
  if (mkdir(path.c_str(), 0711) < 0) {
    return errno == EEXIST ? failure(EEXIST, "container with given ID already exists", container.id)
                           : failure("make folder", path.view());
  }
  return openFolder(command, container);
}

Status save(Arena& arena, const Container& container) {
  Text<32> pid, time;
  const char* text =
      arena.join("{\"id\":", quoted(arena, container.id), ",\"pid\":", pid.number(container.pid).view(),
                 ",\"startTime\":", time.number(static_cast<int64_t>(container.start_time)).view(),
                 ",\"bundle\":", quoted(arena, container.bundle), ",\"created\":", quoted(arena, container.created_at),
                 ",\"cgroup\":", quoted(arena, container.cgroup), "}\n");
  return file::replace(container.folder.get(), state_name, text, 0600);
}

void removeOwnParent(const Container& container) {
  cgroup::Place parent;
  if (std::string_view(container.cgroup).starts_with(own_cgroup) && cgroup::open("/slipway-runtime", parent).ok())
    static_cast<void>(cgroup::remove(parent));
}

uint64_t startTime(Arena& arena, pid_t pid) {
  Text<48> path("/proc/");
  char* text = nullptr;
  size_t size = 0;
  if (!file::read(arena, AT_FDCWD, path.number(pid).append("/stat").c_str(), text, size).ok()) return 0;
  // The name of the program, in brackets, may hold anything; field 22 is the 20th after it (proc(5)).
  const char* at = strrchr(text, ')');
  for (int field = 2; at != nullptr && field < 22; field++) {
    at = strchr(at + 1, ' ');
  }
  return at == nullptr ? 0 : strtoull(at + 1, nullptr, 10);
}

/** Whether the init is there still, and neither a zombie nor another process of its number. */
static bool isAlive(Arena& arena, Container& container) {
  if (container.pid <= 0) return false;
  container.process = Fd(syscall(SYS_pidfd_open, container.pid, 0));
  pollfd ended{.fd = container.process.get(), .events = POLLIN, .revents = 0};
  if (!container.process || poll(&ended, 1, 0) != 0) return false;
  return startTime(arena, container.pid) == container.start_time;
}

static bool isFrozen(const char* path) {
  char text[64];
  cgroup::Place place;
  if (!cgroup::open(path, place).ok()) return false;
  const Fd fd(openat(place.controller("freezer"), place.v2 ? "cgroup.freeze" : "freezer.state", O_RDONLY | O_CLOEXEC));
  const ssize_t size = fd ? read(fd.get(), text, sizeof text) : 0;
  const std::string_view now(text, size > 0 ? static_cast<size_t>(size) : 0);
  return place.v2 ? now.starts_with("1") : now.starts_with("FROZEN") || now.starts_with("FREEZING");
}

static Phase phaseOf(Arena& arena, Container& container) {
  struct stat info{};
  if (!isAlive(arena, container)) {
    container.process.reset();
    return Phase::stopped;
  }
  if (fstatat(container.folder.get(), fifo_name, &info, AT_SYMLINK_NOFOLLOW) == 0) return Phase::created;
  return isFrozen(container.cgroup) ? Phase::paused : Phase::running;
}

static Status readDocument(Arena& arena, const Container& container, const char* name, const json::Value*& document) {
  char* text = nullptr;
  size_t size = 0;
  SLIPWAY_TRY(file::read(arena, container.folder.get(), name, text, size));
  return json::parse(arena, text, size, document);
}

Status load(const Command& command, const char* id, Container& container) {
  Arena& arena = command.arena;
  const json::Value* state = nullptr;
  SLIPWAY_TRY(checkId(id));
  container.id = id;
  SLIPWAY_TRY(openFolder(command, container));
  if (!readDocument(arena, container, state_name, state).ok()) {
    // It is being created, or its creation was broken off.
    container.phase = Phase::creating;
    return success();
  }
  SLIPWAY_TRY(readDocument(arena, container, config_name, container.spec));
  container.pid = static_cast<pid_t>((*state)["pid"].integer());
  container.start_time = (*state)["startTime"].natural();
  container.bundle = (*state)["bundle"].c_str();
  container.created_at = (*state)["created"].c_str();
  container.cgroup = (*state)["cgroup"].c_str();
  container.phase = phaseOf(arena, container);
  return success();
}

Status forget(const Command& command, const Container& container) {
  const PathText path(command.root, "/", container.id);
  for (const char* name : {fifo_name, config_name, state_name}) {
    if (unlinkat(container.folder.get(), name, 0) < 0 && errno != ENOENT) return failure("remove", name);
  }
  return check(rmdir(path.c_str()), "remove", path.view());
}

const char* phaseName(Phase phase) {
  switch (phase) {
  case Phase::creating:
    return "creating";
  case Phase::created:
    return "created";
  case Phase::running:
    return "running";
  case Phase::paused:
    return "paused";
  default:
    return "stopped";
  }
}

const char* describeState(Arena& arena, const Container& container) {
  static const json::Value nothing;
  const json::Value& spec = container.spec == nullptr ? nothing : *container.spec;
  Text<32> pid;
  pid.number(container.phase == Phase::stopped ? 0 : container.pid);
  const char* annotations =
      spec["annotations"] ? arena.join(",\"annotations\":", toText(arena, spec["annotations"])) : "";
  return arena.join("{\"ociVersion\":\"1.2.0\",\"id\":", quoted(arena, container.id), ",\"status\":\"",
                    phaseName(container.phase), "\",\"pid\":", pid.view(),
                    ",\"bundle\":", quoted(arena, container.bundle),
                    ",\"created\":", quoted(arena, container.created_at), annotations, "}");
}

const char* quoted(Arena& arena, std::string_view text) {
  const char* result = "\"";
  // Piece by piece: a Text holds so much.
  while (!text.empty()) {
    Text<2048> part;
    part.json(text.substr(0, 256));
    text.remove_prefix(text.size() < 256 ? text.size() : 256);
    result = arena.join(result, part.view());
  }
  return arena.join(result, "\"");
}

const char* toText(Arena& arena, const json::Value& value) {
  using Type = json::Value::Type;
  const bool object = value.type() == Type::object;
  Text<32> number;
  const char* text = object ? "{" : "[";
  switch (value.type()) {
  case Type::string:
    return quoted(arena, value.string());
  case Type::boolean:
    return value.boolean() ? "true" : "false";
  case Type::number:
    return arena.join(value.integer() == INT64_MAX ? "18446744073709551615" : number.number(value.integer()).view());
  case Type::array:
  case Type::object:
    for (const json::Value& each : value) {
      text = arena.join(text, text[1] == '\0' ? "" : ",", object ? quoted(arena, each.key()) : "", object ? ":" : "",
                        toText(arena, each));
    }
    return arena.join(text, object ? "}" : "]");
  default:
    return "null";
  }
}

} // namespace slipway::runtime
