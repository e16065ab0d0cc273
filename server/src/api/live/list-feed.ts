import type { DaemonEvent } from '../../events/events.js';
import type { Channel } from './channel.js';
import { Pending } from './pending.js';
import type { ListChange } from './protocol.js';

/** Events that come in a burst are looked at together; milliseconds. */
const BURST = 50;

/** Tells what happens. */
export interface EventSource<Event> {
  subscribe(listener: (event: Event) => void): { unsubscribe: () => void };
}

/** What a list is made of. */
export interface ListDescription<Item, Event> {
  /** ID, or name of a volume. */
  key(item: Item): string;
  /** Reads the items of these keys, or all; those that do not exist are left out. */
  read(keys?: readonly string[]): Promise<Item[]>;
  /** Keys of the items that an event may have changed; 'all' when that cannot be told. */
  touched(event: Event): readonly string[] | 'all';
  /** After how many milliseconds items read otherwise though nothing happened, such as `Up 3 minutes`; undefined for never. */
  staleAfter?(items: readonly Item[]): number | undefined;
}

interface Change<Item> {
  reset: boolean;
  readonly upsert: Map<string, Item>;
  readonly remove: Set<string>;
}

/**
 * A list that any number of channels watch: read once when the first one comes, then kept up by events. Each channel gets
 * everything, then what changed; what changes while it has no room is merged. Nothing is kept while nobody watches.
 */
export class ListFeed<Item, Event = DaemonEvent> {
  private readonly watchers = new Map<Pending<Change<Item>>, (error: unknown) => void>();
  /** Each item as it was told last, with its JSON to compare with. */
  private readonly known = new Map<string, { item: Item; json: string }>();
  private readonly dirty = new Set<string>();
  private allDirty = false;
  private timer: NodeJS.Timeout | undefined;
  private ageing: { timer: NodeJS.Timeout; due: number } | undefined;
  private reading: Promise<void> = Promise.resolve();
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly events: EventSource<Event>,
    private readonly list: ListDescription<Item, Event>,
  ) {}

  /** Serves a channel until it closes. @throws what reading the list throws */
  async serve(channel: Channel<ListChange<Item>>): Promise<void> {
    const failure = new AbortController();
    const pending = new Pending<Change<Item>>(noChange, isNoChange, AbortSignal.any([channel.signal, failure.signal]));
    this.enter(pending, (error) => failure.abort(error));
    try {
      await this.reading;
      pending.add((change) => this.reset(change));
      for (let change = await pending.take(); change; change = await pending.take()) {
        await channel.send({ ...(change.reset && { reset: true }), upsert: [...change.upsert.values()], remove: [...change.remove] });
      }
      if (failure.signal.aborted) throw failure.signal.reason;
    } finally {
      this.leave(pending);
    }
  }

  private enter(pending: Pending<Change<Item>>, fail: (error: unknown) => void): void {
    this.watchers.set(pending, fail);
    if (!this.unsubscribe) {
      this.unsubscribe = this.events.subscribe((event) => this.note(event)).unsubscribe;
      this.allDirty = true;
    }
    if (this.allDirty) this.refresh();
  }

  private leave(pending: Pending<Change<Item>>): void {
    this.watchers.delete(pending);
    if (this.watchers.size > 0) return;
    this.unsubscribe?.();
    this.unsubscribe = undefined;
    clearTimeout(this.timer);
    clearTimeout(this.ageing?.timer);
    this.timer = undefined;
    this.ageing = undefined;
    this.known.clear();
    this.dirty.clear();
  }

  private note(event: Event): void {
    const touched = this.list.touched(event);
    if (touched === 'all') this.allDirty = true;
    else for (const key of touched) this.dirty.add(key);
    if (!this.allDirty && this.dirty.size === 0) return;
    this.timer ??= setTimeout(() => this.refresh(), BURST);
  }

  /** Reads what is dirty, after a read that still goes on. A failure ends every channel that watches. */
  private refresh(): void {
    this.timer = undefined;
    this.reading = this.reading
      .then(() => this.read())
      .catch((error: unknown) => {
        this.allDirty = true;
        for (const fail of this.watchers.values()) fail(error);
      });
  }

  private async read(): Promise<void> {
    const keys = this.allDirty ? undefined : [...this.dirty];
    this.allDirty = false;
    this.dirty.clear();
    const items = await this.list.read(keys);
    if (this.watchers.size === 0) return;
    const gone = new Set(keys ?? this.known.keys());
    for (const item of items) {
      gone.delete(this.list.key(item));
      this.upsert(item);
    }
    for (const key of gone) if (this.known.delete(key)) this.tell((change) => void (change.remove.add(key), change.upsert.delete(key)));
    this.age();
  }

  /** Plans the read that time alone makes necessary. */
  private age(): void {
    const delay = this.list.staleAfter?.([...this.known.values()].map(({ item }) => item));
    const due = performance.now() + (delay ?? Infinity);
    if (delay === undefined || (this.ageing && this.ageing.due <= due)) return;
    clearTimeout(this.ageing?.timer);
    const timer = setTimeout(() => {
      this.ageing = undefined;
      this.allDirty = true;
      this.refresh();
    }, delay);
    this.ageing = { timer, due };
  }

  private upsert(item: Item): void {
    const key = this.list.key(item);
    const json = JSON.stringify(item);
    if (this.known.get(key)?.json === json) return;
    this.known.set(key, { item, json });
    this.tell((change) => void (change.upsert.set(key, item), change.remove.delete(key)));
  }

  private tell(apply: (change: Change<Item>) => void): void {
    for (const pending of this.watchers.keys()) pending.add(apply);
  }

  private reset(change: Change<Item>): void {
    change.reset = true;
    change.remove.clear();
    change.upsert.clear();
    for (const [key, { item }] of this.known) change.upsert.set(key, item);
  }
}

function noChange<Item>(): Change<Item> {
  return { reset: false, upsert: new Map(), remove: new Set() };
}

function isNoChange({ reset, upsert, remove }: Change<unknown>): boolean {
  return !reset && upsert.size === 0 && remove.size === 0;
}
