#include "libcontainer/process.h"

#include "libcontainer/capabilities.h"
#include "libcontainer/file.h"
#include "libcontainer/limits.h"
#include "libcontainer/scheduling.h"
#include "libcontainer/seccomp.h"
#include "libcontainer/text.h"
#include "libcontainer/user.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace slipway::process {

namespace {

char** toVector(Arena& arena, const json::Value& list, size_t extra) {
  // execve takes pointers to char without const and writes to none.
  char** vector = arena.array<char*>(list.size() + extra + 1);
  size_t index = 0;
  for (const json::Value& each : list) vector[index++] = const_cast<char*>(each.c_str());
  return vector;
}

std::string_view variable(char** environment, std::string_view name) {
  for (; *environment != nullptr; environment++) {
    const std::string_view each(*environment);
    if (each.size() > name.size() && each.starts_with(name) && each[name.size()] == '=')
      return each.substr(name.size() + 1);
  }
  return {};
}

char** makeEnvironment(Arena& arena, const json::Value& process) {
  const json::Value& list = process["env"];
  char** environment = toVector(arena, list, 1);
  if (!variable(environment, "HOME").empty()) return environment;
  const Fd root(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  const char* home = user::home(arena, root.get(), static_cast<uid_t>(process["user"]["uid"].natural()));
  environment[list.size()] = const_cast<char*>(arena.join("HOME=", home));
  return environment;
}

/** Tries each folder of PATH, as execvp(3) does with the PATH of the program to be. */
Status search(Arena& arena, char** arguments, char** environment) {
  const std::string_view name(arguments[0]);
  std::string_view path = variable(environment, "PATH");
  int error = ENOENT;
  while (!path.empty()) {
    const size_t colon = path.find(':');
    const std::string_view folder = path.substr(0, colon);
    path = colon == path.npos ? std::string_view() : path.substr(colon + 1);
    execve(arena.join(folder.empty() ? "." : folder, "/", name), arguments, environment);
    if (errno == EACCES) error = EACCES;
    if (errno != EACCES && errno != ENOENT && errno != ENOTDIR) return failure(exec_operation, name);
  }
  return failure(error, error == ENOENT ? find_operation : exec_operation, name);
}

Status becomeProgram(Arena& arena, char** arguments, char** environment) {
  const std::string_view name(arguments[0]);
  if (name.find('/') == name.npos) return search(arena, arguments, environment);
  execve(arguments[0], arguments, environment);
  return failure(exec_operation, name);
}

/** A folder that is reached through a descriptor from outside shows as one without a path (CVE-2024-21626). */
Status checkInsideRoot(std::string_view cwd) {
  char path[4096];
  const long size = syscall(SYS_getcwd, path, sizeof path);
  if (size < 0) return failure(process::chdir_operation, cwd);
  return path[0] == '/' ? success() : failure(EXDEV, process::chdir_operation, cwd);
}

/** Before the change of user, and after it where only the user may go there. */
Status enterFolder(const char* cwd, bool& entered) {
  if (entered) return success();
  if (chdir(cwd) < 0) {
    return errno == EACCES ? success() : failure(chdir_operation, cwd);
  }
  entered = true;
  return checkInsideRoot(cwd);
}

Status setLabel(int proc, const json::Value& process) {
  const std::string_view profile = process["apparmorProfile"].string(), label = process["selinuxLabel"].string();
  Text<512> text("exec ", profile);
  if (!profile.empty() && !file::write(proc, "thread-self/attr/apparmor/exec", text.view()).ok()) {
    SLIPWAY_TRY(file::write(proc, "thread-self/attr/exec", text.view(), "set apparmor profile"));
  }
  return label.empty() ? success() : file::write(proc, "thread-self/attr/exec", label, "set selinux label");
}

Status closeAllBut(int kept, unsigned preserved) {
  const auto number = static_cast<unsigned>(kept);
  const unsigned first = 3 + preserved;
  if (number > first) SLIPWAY_TRY(check(syscall(SYS_close_range, first, number - 1, 0), "close descriptors"));
  return check(syscall(SYS_close_range, number + 1, ~0U, 0), "close descriptors");
}

struct CapabilitySets {
  uint64_t bounding, effective, permitted, inheritable, ambient;
};

Status readCapabilities(const json::Value& capabilities, CapabilitySets& sets) {
  SLIPWAY_TRY(capabilities::parse(capabilities["bounding"], sets.bounding));
  SLIPWAY_TRY(capabilities::parse(capabilities["effective"], sets.effective));
  SLIPWAY_TRY(capabilities::parse(capabilities["permitted"], sets.permitted));
  SLIPWAY_TRY(capabilities::parse(capabilities["inheritable"], sets.inheritable));
  return capabilities::parse(capabilities["ambient"], sets.ambient);
}

} // namespace

void resetSignals() {
  sigset_t none;
  sigemptyset(&none);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

Status execute(Arena& arena, const json::Value& process, const Execution& execution) {
  const bool no_new_privileges = process["noNewPrivileges"].boolean();
  const char* cwd = process["cwd"].string().empty() ? "/" : process["cwd"].c_str();
  bool entered = false;
  CapabilitySets sets{};
  seccomp::Filter filter{};
  if (process["args"].size() == 0 || process["args"].type() != json::Value::Type::array)
    return failure(EINVAL, "read process args");
  SLIPWAY_TRY(readCapabilities(process["capabilities"], sets));
  SLIPWAY_TRY(seccomp::read(arena, execution.filter, filter));
  SLIPWAY_TRY(limits::setRlimitsFromInit(process["rlimits"]));
  SLIPWAY_TRY(scheduling::setFromInit(process));
  SLIPWAY_TRY(setLabel(execution.proc, process));
  // Before the working folder is entered: no /proc/self/fd/N leads anywhere then.
  SLIPWAY_TRY(closeAllBut(execution.report, execution.preserved));
  SLIPWAY_TRY(enterFolder(cwd, entered));
  char** arguments = toVector(arena, process["args"], 0);
  char** environment = makeEnvironment(arena, process);

  if (no_new_privileges) SLIPWAY_TRY(check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "set no_new_privs"));
  // Without no_new_privs a filter needs CAP_SYS_ADMIN, so it goes in before that is given up.
  if (!no_new_privileges) SLIPWAY_TRY(seccomp::install(filter));
  SLIPWAY_TRY(capabilities::limitBoundingFromInit(sets.bounding));
  SLIPWAY_TRY(user::changeFromInit(arena, process["user"]));
  SLIPWAY_TRY(capabilities::setFromInit(sets.effective, sets.permitted, sets.inheritable, sets.ambient));
  SLIPWAY_TRY(enterFolder(cwd, entered));
  if (!entered) return failure(EACCES, chdir_operation, cwd);
  if (no_new_privileges) SLIPWAY_TRY(seccomp::install(filter));
  resetSignals();
  return becomeProgram(arena, arguments, environment);
}

} // namespace slipway::process
