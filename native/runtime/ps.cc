#include "libcontainer/text.h"
#include "runtime/store.h"

#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::runtime {

namespace {

struct Pids {
  pid_t* list = nullptr;
  size_t count = 0;

  bool contain(long pid) const {
    for (size_t i = 0; i < count; i++) {
      if (list[i] == pid) return true;
    }
    return false;
  }
};

/** The host's ps(1), run with the container's processes as its answer's rows. */
Status readPs(const Command& command, char*& text) {
  char* arguments[260] = {};
  static char program[] = "ps", everything[] = "-ef";
  size_t count = 0;
  arguments[count++] = program;
  for (size_t i = 1; i < command.operand_count; i++) arguments[count++] = const_cast<char*>(command.operands[i]);
  if (count == 1) arguments[count++] = everything;
  int ends[2];
  SLIPWAY_TRY(check(pipe(ends), "pipe"));
  const Fd reader(ends[0]);
  Fd writer(ends[1]);
  const pid_t pid = fork();
  if (pid < 0) return failure("fork");
  if (pid == 0) {
    dup2(writer.get(), STDOUT_FILENO);
    execvp(program, arguments);
    _exit(127);
  }
  writer.reset();
  constexpr size_t most = 4 << 20;
  text = command.arena.array<char>(most + 1);
  size_t size = 0;
  for (ssize_t got = 1; got > 0 && size < most;) {
    got = read(reader.get(), text + size, most - size);
    if (got > 0) size += static_cast<size_t>(got);
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? success() : failure(ECHILD, "run", "ps");
}

/** Number of the word "PID" in the heading, -1 without one. */
int pidColumn(std::string_view heading) {
  int column = 0;
  while (!heading.empty()) {
    heading.remove_prefix(heading.find_first_not_of(' ') == heading.npos ? heading.size()
                                                                         : heading.find_first_not_of(' '));
    const std::string_view word = heading.substr(0, heading.find(' '));
    if (word == "PID") return column;
    heading.remove_prefix(word.size());
    column++;
  }
  return -1;
}

long wordOf(std::string_view line, int column) {
  for (;;) {
    const size_t start = line.find_first_not_of(' ');
    if (start == line.npos) return -1;
    line.remove_prefix(start);
    if (column-- == 0) return strtol(line.data(), nullptr, 10);
    const size_t end = line.find(' ');
    if (end == line.npos) return -1;
    line.remove_prefix(end);
  }
}

} // namespace

Status ps(Command& command) {
  Arena& arena = command.arena;
  Container container;
  cgroup::Place place;
  Pids pids;
  SLIPWAY_TRY(load(command, command.id(), container));
  SLIPWAY_TRY(cgroup::open(container.cgroup, place));
  SLIPWAY_TRY(cgroup::pids(arena, place, pids.list, pids.count));
  const char* result = "";
  if (std::string_view(command.format) == "json") {
    for (size_t i = 0; i < pids.count; i++) {
      Text<24> pid;
      result = arena.join(result, i == 0 ? "" : ",", pid.number(pids.list[i]).view());
    }
    return print(arena.join("[", result, "]\n"));
  }
  char* text = nullptr;
  SLIPWAY_TRY(readPs(command, text));
  std::string_view rest(text);
  const std::string_view heading = rest.substr(0, rest.find('\n'));
  const int column = pidColumn(heading);
  if (column < 0) return failure(EINVAL, "find column PID in the output of ps");
  result = arena.join(heading, "\n");
  for (rest.remove_prefix(heading.size()); rest.size() > 1;) {
    rest.remove_prefix(1);
    const std::string_view line = rest.substr(0, rest.find('\n'));
    if (pids.contain(wordOf(line, column))) result = arena.join(result, line, "\n");
    rest.remove_prefix(line.size());
  }
  return print(result);
}

} // namespace slipway::runtime
