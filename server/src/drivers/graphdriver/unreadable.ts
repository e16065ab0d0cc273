import { KindError, messageOf, systemError } from '../../base/errors.js';
import { archiveError } from '../../libcontainer/archive-error.js';

/** How an error in giving back a read-only layer is told: with the layer, as somebody has to see to it. @param diffId of the layer */
export function unreadable(diffId: string): (error: unknown) => Error {
  return (error) => {
    const known = archiveError(error);
    if (known instanceof KindError && known.kind === 'Cancelled') return known;
    return systemError(`layer ${diffId} cannot be read: ${messageOf(known)}`, error);
  };
}
