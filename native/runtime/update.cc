#include "libcontainer/file.h"
#include "runtime/store.h"

#include <fcntl.h>
#include <unistd.h>

namespace slipway::runtime {

/** Of the options that name single limits. */
static const char* fromOptions(const Command& command) {
  Arena& arena = command.arena;
  const char* text = "";

  const struct {
    const char *name, *members;
  } objects[] = {{"memory", command.memory}, {"cpu", command.cpu}, {"pids", command.pids}, {"blockIO", command.block}};

  for (const auto& [name, members] : objects) {
    if (members[0] != '\0') text = arena.join(text, text[0] == '\0' ? "" : ",", "\"", name, "\":{", members, "}");
  }
  return arena.join("{", text, "}");
}

static Status readInput(Arena& arena, const char*& text) {
  char piece[4096];
  for (;;) {
    const ssize_t size = read(STDIN_FILENO, piece, sizeof piece);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return failure("read", "stdin");
    if (size == 0) return success();
    text = arena.join(text, std::string_view(piece, static_cast<size_t>(size)));
  }
}

static Status readResources(const Command& command, const char*& text) {
  const std::string_view path(command.resources);
  if (path.empty()) return text = fromOptions(command), success();
  if (path == "-") return readInput(command.arena, text = "");
  char* content = nullptr;
  size_t size = 0;
  SLIPWAY_TRY(file::read(command.arena, AT_FDCWD, command.resources, content, size));
  text = content;
  return success();
}

Status update(Command& command) {
  Arena& arena = command.arena;
  Container container;
  cgroup::Place place;
  const char* text = "";
  const json::Value* resources = nullptr;
  SLIPWAY_TRY(load(command, command.id(), container));
  if (container.phase == Phase::stopped) return told("container not running");
  SLIPWAY_TRY(readResources(command, text));
  char* copy = const_cast<char*>(arena.join(text));
  SLIPWAY_TRY(json::parse(arena, copy, strlen(copy), resources));
  SLIPWAY_TRY(cgroup::open(container.cgroup, place));
  SLIPWAY_TRY(cgroup::setResources(arena, place, *resources));
  return cgroup::setDevices(arena, place, (*resources)["devices"]);
}

} // namespace slipway::runtime
