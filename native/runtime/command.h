#pragma once

#include "libcontainer/arena.h"
#include "libcontainer/status.h"

#include <string_view>

/** `slipway-runtime`: the native runtime as an OCI runtime's command line (runc(8) has the same commands and options).
 */
namespace slipway::runtime {

/** A repeated option's values. */
struct Values {
  static constexpr size_t most = 256;
  const char* list[most];
  size_t count = 0;
};

/** What a command line says. */
struct Command {
  Arena& arena;
  /** Folder in which each container has one for its state. */
  const char* root = "/run/slipway-runtime";
  const char* log = "";
  bool json_log = false;

  const char* name = "";
  const char* bundle = ".";
  const char* pid_file = "";
  const char* console_socket = "";
  const char* process = "";
  const char* cwd = "";
  const char* user = "";
  const char* format = "";
  const char* resources = "";
  unsigned preserve_fds = 0;
  bool tty = false;
  bool detach = false;
  bool force = false;
  bool all = false;
  bool quiet = false;
  bool no_new_privileges = false;
  Values env;
  Values capabilities;
  /** JSON members of an OCI `linux.resources`, from the options of `update`. */
  const char *memory = "", *cpu = "", *pids = "", *block = "";

  const char* operands[256];
  size_t operand_count = 0;

  /** The container's ID, which is the first operand. */
  const char* id() const { return operand_count == 0 ? "" : operands[0]; }
};

/** Reads the command line. EINVAL names what is wrong with it, ENOTSUP what cannot be done here. */
Status parse(int count, char** arguments, Command& command);

/** One function for each command; what it gives is the exit code. */
Status create(Command& command);
Status start(Command& command);
Status run(Command& command, int& code);
Status exec(Command& command, int& code);
Status state(Command& command);
Status kill(Command& command);
Status remove(Command& command);
Status list(Command& command);
Status ps(Command& command);
Status pause(Command& command, bool frozen);
Status update(Command& command);
Status spec(Command& command);
Status features(Command& command);

/** A failure that is worded already; `text` has static storage or an arena's. */
Status told(const char* text);

/** A Status in the words that callers look for. */
const char* describe(Arena& arena, const Status& status);

/** Writes all of a text to standard output. */
Status print(std::string_view text);

} // namespace slipway::runtime
