#include "libcontainer/text.h"
#include "runtime/store.h"

#include <dirent.h>

namespace slipway::runtime {

/** A cell of a table, filled up with spaces. */
static void cell(Text<4096>& line, std::string_view text, size_t width) {
  line.append(text);
  for (size_t i = text.size(); i < width; i++) line.append(" ");
}

static const char* row(Arena& arena, std::string_view id, std::string_view pid, std::string_view status,
                       std::string_view bundle, std::string_view created) {
  Text<4096> line;
  cell(line, id, 24);
  line.append(" ");
  cell(line, pid, 10);
  cell(line, status, 12);
  line.append(bundle).append("  ").append(created).append("\n");
  return arena.join(line.view());
}

Status list(Command& command) {
  Arena& arena = command.arena;
  const bool as_json = std::string_view(command.format) == "json";
  const char* text = command.quiet || as_json ? "" : row(arena, "ID", "PID", "STATUS", "BUNDLE", "CREATED");
  DIR* folder = opendir(command.root);
  while (const dirent* entry = folder == nullptr ? nullptr : readdir(folder)) {
    if (entry->d_name[0] == '.') continue;
    Container container;
    // One that is removed meanwhile is none.
    if (!load(command, arena.join(entry->d_name), container).ok()) continue;
    Text<24> pid;
    pid.number(container.phase == Phase::stopped ? 0 : container.pid);
    if (command.quiet) {
      text = arena.join(text, container.id, "\n");
    } else if (as_json) {
      text = arena.join(text, text[0] == '\0' ? "" : ",", describeState(arena, container));
    } else {
      text = arena.join(text, row(arena, container.id, pid.view(), phaseName(container.phase), container.bundle,
                                  container.created_at));
    }
  }
  if (folder != nullptr) closedir(folder);
  return print(as_json && !command.quiet ? arena.join("[", text, "]\n") : text);
}

} // namespace slipway::runtime
