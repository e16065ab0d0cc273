#include "shim/exec.h"

#include "libcontainer/arena.h"
#include "libcontainer/file.h"
#include "libcontainer/json.h"
#include "shim/member.h"
#include "shim/oci.h"
#include "shim/supervisor.h"

#include <sys/wait.h>

namespace slipway::shim {

namespace {

Status make(Arena& arena, Given& given, Joining& setup, Child& child) {
  char* text = nullptr;
  size_t size = 0;
  SLIPWAY_TRY(file::read(arena, given.options.get(), text, size));
  SLIPWAY_TRY(json::parse(arena, text, size, setup.options));
  const json::Value& options = *setup.options;
  if (options["runtime"]) return oci::makeExec(arena, options, std::move(given.stream), child);
  SLIPWAY_TRY(openContainer(arena, setup));
  const auto streams = static_cast<uint32_t>(options["streams"].natural());
  if (!options["tty"].boolean()) SLIPWAY_TRY(supervisor.stdio().makePipes(streams, true, setup.stdio));
  SLIPWAY_TRY(supervisor.stdio().attach(std::move(given.stream), streams));
  SLIPWAY_TRY(channel::makePair(child.channel, setup.channel));
  SLIPWAY_TRY(makeMember(arena, setup, child.pid, child.pidfd));
  setup.channel.reset();
  Status status = setup.place.v2 ? success() : cgroup::addProcess(setup.place, child.pid);
  if (status.ok()) status = channel::send(child.channel.get(), channel::Word::settled);
  if (status.ok()) return status;
  return abandon(child, status);
}

} // namespace

int runExec(Given& given) {
  Status status = supervisor.setUp(std::move(given.control), {});
  Child child;
  if (status.ok()) {
    Arena arena;
    Joining setup;
    setup.filter = given.filter.get();
    status = make(arena, given, setup, child);
    given.options.reset();
    given.filter.reset();
  }
  if (!status.ok()) {
    supervisor.reportFailure(status);
    supervisor.runUntilHeard();
    return 1;
  }
  supervisor.run(std::move(child));
  return 0;
}

} // namespace slipway::shim
