import type { ListChange } from '@live';

/** The list after `change`, as a new map in the same order; what is unchanged stays the same object. */
export function applyChange<Item>(
  items: ReadonlyMap<string, Item>,
  change: ListChange<Item>,
  keyOf: (item: Item) => string,
): ReadonlyMap<string, Item> {
  const next = new Map(change.reset ? [] : items);
  for (const key of change.remove) next.delete(key);
  for (const item of change.upsert) next.set(keyOf(item), item);
  return next;
}
