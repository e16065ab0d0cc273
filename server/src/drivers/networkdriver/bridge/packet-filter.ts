import { network } from '../../../libcontainer/index.js';
import type { Element } from './elements.js';
import type { TableOptions } from './table.js';

/** Keeps rules of the host's packet filter: what a set or map of them has is all that changes. */
export interface PacketFilter {
  /** Makes everything anew with exactly `elements`, and keeps it so from then on. */
  reset(elements: readonly Element[], options: TableOptions): Promise<void>;
  /** Adds elements, all or none. */
  add(elements: readonly Element[]): Promise<void>;
  /** Removes elements; those that are gone are fine. */
  remove(elements: readonly Element[]): Promise<void>;
  /** Whether the host is kept from forwarding what is not ours. */
  isGuarding(): Promise<boolean>;
  /** Removes everything; what is gone is fine. */
  delete(): Promise<void>;
}

/** No rules at all, for who makes them by hand: a former daemon's table is taken away. */
export class NoPacketFilter implements PacketFilter {
  constructor(private readonly table: string) {}

  reset(): Promise<void> {
    return this.delete();
  }

  async add(): Promise<void> {}

  async remove(): Promise<void> {}

  async isGuarding(): Promise<boolean> {
    return false;
  }

  async delete(): Promise<void> {
    await network.nft(`add table inet ${this.table}\ndelete table inet ${this.table}\n`);
  }
}
