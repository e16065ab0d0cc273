#include "libcontainer/file.h"
#include "libcontainer/process.h"
#include "libcontainer/text.h"
#include "runtime/command.h"

#include <cctype>
#include <unistd.h>

namespace slipway::runtime {

/** No errno: the operation says it all. */
static constexpr int worded = -1;

Status told(const char* text) {
  return failure(worded, text);
}

/** The C library's words with a small first letter, as callers look for them. */
static const char* errorText(Arena& arena, int error) {
  const char* text = strerrordesc_np(error);
  char* copy = const_cast<char*>(arena.join(text == nullptr ? "unknown error" : text));
  copy[0] = static_cast<char>(tolower(copy[0]));
  return copy;
}

const char* describe(Arena& arena, const Status& status) {
  const std::string_view operation(status.operation), path(status.path);
  if (status.error == worded) return status.operation;
  const char* error = errorText(arena, status.error);
  if (operation == process::find_operation)
    return arena.join("exec: \"", path, "\": executable file not found in $PATH");
  if (operation == process::exec_operation) return arena.join("exec: \"", path, "\": ", error);
  if (operation == process::chdir_operation)
    return arena.join("chdir to cwd (\"", path, "\") set in config.json failed: ", error);
  if (path.empty()) return arena.join(operation, ": ", error);
  return arena.join(operation, " \"", path, "\": ", error);
}

Status print(std::string_view text) {
  return file::writeAll(STDOUT_FILENO, text, "print");
}

} // namespace slipway::runtime
