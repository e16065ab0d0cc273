#include "runtime/store.h"
#include "runtime/wait.h"

namespace slipway::runtime {

Status run(Command& command, int& code) {
  Container container;
  SLIPWAY_TRY(create(command));
  const Status started = start(command);
  if (!started.ok()) {
    command.force = true;
    static_cast<void>(remove(command));
    return started;
  }
  if (command.detach) return success();
  SLIPWAY_TRY(load(command, command.id(), container));
  code = waitFor(container.pid);
  command.force = true;
  return remove(command);
}

} // namespace slipway::runtime
