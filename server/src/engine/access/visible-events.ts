import type { Rights } from '../../auth/rights.js';
import type { DaemonEvent } from '../../events/events.js';
import { has, projectOf, type Owner, type Ownership } from './ownership.js';

/** Whether somebody may know of an event: those of what they see, and of images, which are everybody's. */
export function isVisible({ Type, Actor: { ID, Attributes } }: DaemonEvent, rights: Rights, ownership: Ownership): boolean {
  if (rights.everywhere('view') || Type === 'image') return true;
  const sees = (owner: Owner | undefined) => owner !== undefined && has(rights, 'view', owner);
  if (Type === 'container') return rights.in(projectOf(Attributes), 'view');
  if (Type === 'network') return sees(ownership.network(ID));
  if (Type === 'volume') return sees(ownership.volume(ID));
  return false;
}
