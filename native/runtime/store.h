#pragma once

#include "libcontainer/cgroup/cgroup.h"
#include "libcontainer/fd.h"
#include "libcontainer/json.h"
#include "runtime/command.h"

/** What is kept of a container between the commands on it: ROOT/ID with config.json, state.json and exec.fifo. */
namespace slipway::runtime {

/** exec.fifo: init waits at it for `start`, which reads what became of that. Gone once it was started. */
inline constexpr const char *fifo_name = "exec.fifo", *config_name = "config.json", *state_name = "state.json";

/** Parent of the cgroups of containers whose spec names none. */
inline constexpr std::string_view own_cgroup = "/slipway-runtime/";

enum class Phase { creating, created, running, paused, stopped };

struct Container {
  const char* id = "";
  Fd folder;
  /** Its spec, as it was when the container was created. */
  const json::Value* spec = nullptr;
  const char* bundle = "";
  const char* created_at = "";
  const char* cgroup = "";
  pid_t pid = 0;
  /** When the process started, in ticks since the boot: tells it from another that got its number. */
  uint64_t start_time = 0;
  Phase phase = Phase::creating;
  /** Of its init; nothing when that has ended. */
  Fd process;
};

/** ENOTSUP-free names alone: letters, digits and "_+-."; EINVAL otherwise. */
Status checkId(const char* id);

/** Makes the folder of a new container. EEXIST when the ID is taken. */
Status makeFolder(const Command& command, Container& container);

/** Writes down what is known of a container. */
Status save(Arena& arena, const Container& container);

/** Finds a container and its phase. ENOENT when there is none. */
Status load(const Command& command, const char* id, Container& container);

/** Takes the folder away. */
Status forget(const Command& command, const Container& container);

/** Takes away the parent of the cgroups of containers whose spec names none, with the last of them. */
void removeOwnParent(const Container& container);

/** Start time of a process in ticks, 0 when there is none of that number. */
uint64_t startTime(Arena& arena, pid_t pid);

/** The phase as the specification calls it. */
const char* phaseName(Phase phase);

/** The specification's State as JSON. */
const char* describeState(Arena& arena, const Container& container);

/** A value as JSON text. */
const char* toText(Arena& arena, const json::Value& value);

/** A text as the JSON string it is. */
const char* quoted(Arena& arena, std::string_view text);

} // namespace slipway::runtime
