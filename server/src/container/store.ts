import { Injectable } from '@nestjs/common';
import { conflict, invalidParameter, notFound } from '../base/errors.js';
import { Database } from '../state/database.js';
import { Container, type ContainerRecord } from './container.js';
import type { StateRecord } from './state.js';

const MIGRATIONS = [
  `CREATE TABLE container (
     id TEXT PRIMARY KEY,
     name TEXT NOT NULL UNIQUE,
     record TEXT NOT NULL,
     state TEXT NOT NULL
   ) STRICT`,
];

interface Row {
  readonly record: string;
  readonly state: string;
}

/** All containers: saved in the database, found in memory by ID, name or the beginning of an ID. */
@Injectable()
export class Containers {
  private readonly byId = new Map<string, Container>();
  private readonly idByName = new Map<string, string>();

  constructor(private readonly database: Database) {
    database.migrate('container', MIGRATIONS);
    for (const row of database.sqlite.prepare<[], Row>('SELECT record, state FROM container').all()) {
      const container = new Container(JSON.parse(row.record) as ContainerRecord, JSON.parse(row.state) as StateRecord);
      this.byId.set(container.id, container);
      this.idByName.set(container.name, container.id);
    }
  }

  /**
   * The container that `reference` means: a full ID, a name with or without slash, or the beginning of one ID.
   * @throws NotFound; InvalidParameter when several IDs begin so
   */
  get(reference: string): Container {
    const found =
      this.byId.get(reference) ?? this.byId.get(this.idByName.get(reference.replace(/^\//, '')) ?? '') ?? this.byPrefix(reference);
    if (!found) throw notFound(`No such container: ${reference}`);
    return found;
  }

  /** The container of a full ID, if there is one. */
  find(id: string): Container | undefined {
    return this.byId.get(id);
  }

  /** All of them, in no order. */
  all(): IterableIterator<Container> {
    return this.byId.values();
  }

  get size(): number {
    return this.byId.size;
  }

  /** Takes `name` for container `id`. @throws Conflict when another has it */
  reserve(name: string, id: string): void {
    const holder = this.idByName.get(name);
    if (holder !== undefined && holder !== id) {
      throw conflict(
        `Conflict. The container name "/${name}" is already in use by container "${holder}". ` +
          'You have to remove (or rename) that container to be able to reuse that name.',
      );
    }
    this.idByName.set(name, id);
  }

  isTaken(name: string): boolean {
    return this.idByName.has(name);
  }

  /** Gives a reserved name back. */
  release(name: string): void {
    this.idByName.delete(name);
  }

  /** Saves a new container so that not even a loss of power undoes it, unless it is a build's. Its name is reserved. */
  insert(container: Container): void {
    const insert = () =>
      this.database.sqlite
        .prepare('INSERT INTO container (id, name, record, state) VALUES (?, ?, ?, ?)')
        .run(container.id, container.name, JSON.stringify(container.record), JSON.stringify(container.state));
    if (container.record.step) this.database.quick(insert);
    else this.database.durable(insert);
    this.byId.set(container.id, container);
  }

  /** Moves a container on to another state, in memory and on disk. */
  setState(container: Container, state: StateRecord): void {
    container.state = state;
    container.summary = undefined;
    if (!this.byId.has(container.id)) return;
    this.database.quick(() =>
      this.database.sqlite.prepare('UPDATE container SET state = ? WHERE id = ?').run(JSON.stringify(state), container.id),
    );
  }

  /** Replaces a container's record. A changed name has been reserved before; the old one is given back. */
  setRecord(container: Container, record: ContainerRecord): void {
    const { name } = container;
    this.database.durable(() =>
      this.database.sqlite
        .prepare('UPDATE container SET name = ?, record = ? WHERE id = ?')
        .run(record.name, JSON.stringify(record), record.id),
    );
    container.record = record;
    container.summary = undefined;
    if (record.name !== name) this.release(name);
  }

  /** Forgets a container. @param durable false leaves it to the clean-up at the next start should the power fail now */
  remove(container: Container, durable: boolean): void {
    const remove = () => this.database.sqlite.prepare('DELETE FROM container WHERE id = ?').run(container.id);
    if (durable) this.database.durable(remove);
    else this.database.quick(remove);
    this.byId.delete(container.id);
    this.release(container.name);
  }

  private byPrefix(prefix: string): Container | undefined {
    if (!/^[0-9a-f]{1,63}$/.test(prefix)) return undefined;
    let found: Container | undefined;
    for (const [id, container] of this.byId) {
      if (!id.startsWith(prefix)) continue;
      if (found) throw invalidParameter(`multiple IDs found with provided prefix: ${prefix}`);
      found = container;
    }
    return found;
  }
}
