import { conflict } from '../../../base/errors.js';
import type { Container } from '../../../container/container.js';

/** A container whose namespaces another one is to join. @throws Conflict when it has none, since it does not run */
export function requireRunning(container: Container): Container {
  const { id, state } = container;
  if (state.restarting) throw conflict(`container ${id} is restarting, wait until the container is running`);
  if (!state.running || state.pid === 0)
    throw conflict(`cannot join namespaces of a non running container: container ${id} is not running`);
  return container;
}
