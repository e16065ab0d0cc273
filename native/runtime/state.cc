#include "runtime/store.h"

namespace slipway::runtime {

Status state(Command& command) {
  Arena& arena = command.arena;
  Container container;
  SLIPWAY_TRY(load(command, command.id(), container));
  return print(arena.join(describeState(arena, container), "\n"));
}

Status pause(Command& command, bool frozen) {
  Container container;
  cgroup::Place place;
  SLIPWAY_TRY(load(command, command.id(), container));
  if (container.phase != (frozen ? Phase::running : Phase::paused))
    return told(
        command.arena.join(frozen ? "container not running: " : "container not paused: ", phaseName(container.phase)));
  SLIPWAY_TRY(cgroup::open(container.cgroup, place));
  return cgroup::freeze(place, frozen);
}

} // namespace slipway::runtime
