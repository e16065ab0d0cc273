#include "libcontainer/text.h"
#include "runtime/command.h"

#include <cstdlib>

namespace slipway::runtime {

namespace {

/** Walks the arguments: `--name value`, `--name=value`, `-n value`. */
class Arguments {
public:
  Arguments(int count, char** list) : count_(count), list_(list) {}

  bool isOption() const { return at_ < count_ && list_[at_][0] == '-' && list_[at_][1] != '\0'; }

  bool done() const { return at_ >= count_; }

  const char* next() { return list_[at_++]; }

  /** Splits the next argument into its name and, after "=", its value. */
  std::string_view option() {
    const std::string_view whole(list_[at_++]);
    const size_t equals = whole.starts_with("--") ? whole.find('=') : whole.npos;
    value_ = equals == whole.npos ? nullptr : whole.data() + equals + 1;
    return whole.substr(0, equals);
  }

  Status value(const char*& result) {
    if (value_ == nullptr && done()) return failure(EINVAL, "read option without value", list_[at_ - 1]);
    result = value_ != nullptr ? value_ : next();
    return success();
  }

  bool flag() const { return value_ == nullptr || std::string_view(value_) != "false"; }

private:
  int count_;
  char** list_;
  int at_ = 1;
  const char* value_ = nullptr;
};

Status add(Values& values, const char* value) {
  if (values.count == Values::most) return failure(E2BIG, "read option", value);
  values.list[values.count++] = value;
  return success();
}

Status natural(const char* text, unsigned& number) {
  char* end = nullptr;
  const unsigned long value = strtoul(text, &end, 10);
  if (*text == '\0' || *end != '\0' || value > 1024) return failure(EINVAL, "read number", text);
  number = static_cast<unsigned>(value);
  return success();
}

Status addMember(Command& command, const char*& object, std::string_view key, const char* value, bool text = false) {
  char* end = nullptr;
  static_cast<void>(strtoll(value, &end, 10));
  if (!text && (*value == '\0' || *end != '\0')) return failure(EINVAL, "read number", value);
  Text<256> escaped;
  escaped.json(value);
  object = command.arena.join(object, object[0] == '\0' ? "" : ",", "\"", key, "\":", text ? "\"" : "", escaped.view(),
                              text ? "\"" : "");
  return success();
}

struct Global {
  std::string_view name;
  const char* Command::* value;
};

Status parseGlobal(Arguments& arguments, Command& command) {
  while (arguments.isOption()) {
    const std::string_view name = arguments.option();
    const char* format = "";
    if (name == "--root") {
      SLIPWAY_TRY(arguments.value(command.root));
    } else if (name == "--log") {
      SLIPWAY_TRY(arguments.value(command.log));
    } else if (name == "--log-format") {
      SLIPWAY_TRY(arguments.value(format));
      command.json_log = std::string_view(format) == "json";
    } else if (name == "--version" || name == "-v") {
      command.name = "version";
      return success();
    } else if (name == "--systemd-cgroup" || name == "--rootless") {
      if (name == "--rootless") SLIPWAY_TRY(arguments.value(format));
      if (name == "--systemd-cgroup" && arguments.flag())
        return failure(ENOTSUP, "--systemd-cgroup: cgroups are made in the file system (cgroupfs) alone");
    } else if (name != "--debug") {
      return failure(EINVAL, "read unknown option", name);
    }
  }
  return success();
}

constexpr Global texts[] = {{"--bundle", &Command::bundle},
                            {"-b", &Command::bundle},
                            {"--pid-file", &Command::pid_file},
                            {"--console-socket", &Command::console_socket},
                            {"--process", &Command::process},
                            {"-p", &Command::process},
                            {"--cwd", &Command::cwd},
                            {"--user", &Command::user},
                            {"-u", &Command::user},
                            {"--format", &Command::format},
                            {"-f", &Command::format},
                            {"--resources", &Command::resources},
                            {"-r", &Command::resources}};

struct Flag {
  std::string_view name;
  bool Command::* value;
};

constexpr Flag flags[] = {{"--tty", &Command::tty},       {"-t", &Command::tty},
                          {"--detach", &Command::detach}, {"-d", &Command::detach},
                          {"--force", &Command::force},   {"--all", &Command::all},
                          {"-a", &Command::all},          {"--quiet", &Command::quiet},
                          {"-q", &Command::quiet},        {"--no-new-privs", &Command::no_new_privileges}};

struct Limit {
  std::string_view option, key;
  const char* Command::* object;
  bool text = false;
};

constexpr Limit limits[] = {{"--memory", "limit", &Command::memory},
                            {"--memory-reservation", "reservation", &Command::memory},
                            {"--memory-swap", "swap", &Command::memory},
                            {"--cpu-share", "shares", &Command::cpu},
                            {"--cpu-period", "period", &Command::cpu},
                            {"--cpu-quota", "quota", &Command::cpu},
                            {"--cpu-rt-period", "realtimePeriod", &Command::cpu},
                            {"--cpu-rt-runtime", "realtimeRuntime", &Command::cpu},
                            {"--cpuset-cpus", "cpus", &Command::cpu, true},
                            {"--cpuset-mems", "mems", &Command::cpu, true},
                            {"--blkio-weight", "weight", &Command::block},
                            {"--pids-limit", "limit", &Command::pids}};

Status parseOne(Arguments& arguments, Command& command) {
  const std::string_view command_name(command.name), name = arguments.option();
  const char* value = "";
  for (const Flag& each : flags) {
    // `delete -f` is no format.
    if (each.name == name) return command.*each.value = arguments.flag(), success();
  }
  if (command_name == "delete" && name == "-f") return command.force = true, success();
  for (const Global& each : texts) {
    if (each.name == name) return arguments.value(command.*each.value);
  }
  for (const Limit& each : limits) {
    if (each.option != name) continue;
    SLIPWAY_TRY(arguments.value(value));
    return addMember(command, command.*each.object, each.key, value, each.text);
  }
  if (name == "--no-pivot") {
    return arguments.flag() ? failure(ENOTSUP, "--no-pivot: it would leave the host's root within reach") : success();
  }
  if (name == "--preserve-fds") {
    SLIPWAY_TRY(arguments.value(value));
    return natural(value, command.preserve_fds);
  }
  if (name == "--env" || name == "-e") {
    SLIPWAY_TRY(arguments.value(value));
    return add(command.env, value);
  }
  if (name == "--cap" || name == "-c") {
    SLIPWAY_TRY(arguments.value(value));
    return add(command.capabilities, value);
  }
  return failure(EINVAL, "read unknown option", name);
}

} // namespace

Status parse(int count, char** list, Command& command) {
  Arguments arguments(count, list);
  SLIPWAY_TRY(parseGlobal(arguments, command));
  if (command.name[0] != '\0') return success();
  if (arguments.done()) return failure(EINVAL, "read the command, which is missing");
  command.name = arguments.next();
  // What follows an exec's ID belongs to its program.
  const bool ends_at_id = std::string_view(command.name) == "exec" || std::string_view(command.name) == "ps";
  while (!arguments.done()) {
    if (arguments.isOption() && (!ends_at_id || command.operand_count == 0)) {
      SLIPWAY_TRY(parseOne(arguments, command));
      continue;
    }
    if (command.operand_count == std::size(command.operands)) return failure(E2BIG, "read arguments");
    const char* operand = arguments.next();
    if (ends_at_id && command.operand_count == 1 && std::string_view(operand) == "--") continue;
    command.operands[command.operand_count++] = operand;
  }
  return success();
}

} // namespace slipway::runtime
