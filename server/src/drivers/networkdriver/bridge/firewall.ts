import { Logger } from '@nestjs/common';
import { messageOf } from '../../../base/errors.js';
import { network } from '../../../libcontainer/index.js';
import { addCommands, deleteCommands, type Element, isOfIpv6 } from './elements.js';
import { isMissing } from './missing.js';
import { GUARD, tableCommands, type TableOptions } from './table.js';
import type { PacketFilter } from './packet-filter.js';
import { Transactions } from './transactions.js';
import { ensureUserTable, removeUserTable } from './user-table.js';

/** This daemon's nftables table: what is to be in it is kept here too, so that it is made anew whenever somebody flushes it. */
export class Firewall implements PacketFilter {
  private readonly log = new Logger('Firewall');
  private readonly elements = new Map<string, Element>();
  private options: TableOptions = { guardForwarding: false };
  private unwatch: (() => void) | undefined;
  private readonly transactions = new Transactions((commands) => network.nft(commands));

  constructor(private readonly table: string) {}

  /** Makes the table anew with exactly `elements`, in one transaction, and keeps it so from then on. */
  async reset(elements: readonly Element[], options: TableOptions): Promise<void> {
    this.options = options;
    this.elements.clear();
    this.remember(elements);
    await this.rebuild();
    this.unwatch ??= network.watchFilter([this.table], false, () => void this.heal());
  }

  /** Adds elements, all or none. Makes the table anew when somebody has flushed it. */
  async add(elements: readonly Element[]): Promise<void> {
    if (elements.length === 0) return;
    // Remembered first, so that a table made anew meanwhile has them too.
    this.remember(elements);
    try {
      await this.run(addCommands(this.table, this.ours(elements)));
    } catch (error) {
      this.forget(elements);
      throw error;
    }
  }

  /** Removes elements; those that are gone are fine. */
  async remove(elements: readonly Element[]): Promise<void> {
    const known = this.forget(elements);
    // Added first, since deleting one that is gone would make the whole transaction fail.
    if (known.length > 0) await this.run(addCommands(this.table, known) + deleteCommands(this.table, known));
  }

  /** Whether the table in the kernel keeps the host from forwarding what is not ours. */
  async isGuarding(): Promise<boolean> {
    try {
      return (await network.nft(`list chain inet ${this.table} forward`)).includes(GUARD);
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  /** Deletes the table; one that is gone is fine. */
  async delete(): Promise<void> {
    this.stopWatching();
    this.elements.clear();
    await network.nft(`add table inet ${this.table}\ndelete table inet ${this.table}\n`);
    await removeUserTable(this.table);
  }

  /** Leaves the table as it is from now on. */
  stopWatching(): void {
    this.unwatch?.();
    this.unwatch = undefined;
  }

  private async run(commands: string): Promise<void> {
    try {
      await this.transactions.run(commands);
    } catch (error) {
      if (!isMissing(error)) throw error;
      await this.rebuild();
    }
  }

  /** Somebody else has taken something out of the table. */
  private async heal(): Promise<void> {
    if (!this.unwatch) return;
    this.log.warn(`rules of the table inet ${this.table} were deleted by another program: they are made again`);
    try {
      await this.rebuild();
    } catch (error) {
      this.log.error(`rules of the table inet ${this.table} could not be made again: ${messageOf(error)}`);
    }
  }

  private async rebuild(): Promise<void> {
    await ensureUserTable(this.table);
    await network.nft(tableCommands(this.table, this.options) + addCommands(this.table, [...this.elements.values()]));
  }

  private remember(elements: readonly Element[]): void {
    for (const element of this.ours(elements)) this.elements.set(nameOf(element), element);
  }

  /** Without those of a family that is left to others. */
  private ours(elements: readonly Element[]): readonly Element[] {
    return this.options.ipv4Only ? elements.filter((element) => !isOfIpv6(element)) : elements;
  }

  /** @returns those that were known */
  private forget(elements: readonly Element[]): Element[] {
    return elements.filter((element) => this.elements.delete(nameOf(element)));
  }
}

function nameOf({ set, key }: Element): string {
  return `${set} ${key}`;
}
