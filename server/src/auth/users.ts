import { Injectable } from '@nestjs/common';
import { conflict, notFound } from '../base/errors.js';
import { Database } from '../state/database.js';
import type { Grants, Role } from './rights.js';

export type { Role } from './rights.js';

/** Somebody who may sign in, and what they were given. */
export interface User extends Grants {
  readonly name: string;
}

/** What is kept of a user, besides secrets. */
export interface Account extends User {
  readonly disabled: boolean;
  /** Where they sign in: here, or at the OpenID provider. */
  readonly origin: 'password' | 'oidc';
  /** False until they have chosen a password. */
  readonly joined: boolean;
  /** Milliseconds since 1970. */
  readonly created: number;
}

interface Row {
  readonly name: string;
  readonly role: Role;
  readonly projects: string;
  readonly password: string;
  readonly disabled: number;
  readonly subject: string | null;
  readonly created: number;
}

type ChangeListener = (name: string) => void;

const MIGRATIONS = [
  `CREATE TABLE user (
     name TEXT PRIMARY KEY COLLATE NOCASE,
     role TEXT NOT NULL,
     password TEXT NOT NULL,
     created INTEGER NOT NULL
   ) STRICT`,
  `ALTER TABLE user ADD COLUMN projects TEXT NOT NULL DEFAULT '{}';
   ALTER TABLE user ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE user ADD COLUMN subject TEXT`,
];

/** The people who may sign in. */
@Injectable()
export class Users {
  private readonly listeners = new Set<ChangeListener>();

  constructor(private readonly database: Database) {
    database.migrate('auth/user', MIGRATIONS);
  }

  get size(): number {
    return this.database.sqlite.prepare<[], { size: number }>('SELECT count(*) AS size FROM user').get()?.size ?? 0;
  }

  /** Everybody, by name. */
  all(): Account[] {
    return this.database.sqlite.prepare<[], Row>('SELECT * FROM user ORDER BY name').all().map(toAccount);
  }

  /**
   * @param password its hash, as `hashPassword` makes it; '' for nobody's
   * @param subject who they are at the OpenID provider
   * @throws Conflict when the name is taken
   */
  add({ name, role, projects }: User, password: string, subject?: string): void {
    this.database.durable(() => {
      if (this.find(name)) throw conflict(`there is a user named ${name} already`);
      this.database.sqlite
        .prepare('INSERT INTO user (name, role, projects, password, subject, created) VALUES (?, ?, ?, ?, ?, ?)')
        .run(name, role, JSON.stringify(projects), password, subject ?? null, Date.now());
    });
  }

  /** The user of a name, whatever its case, with the password's hash. */
  find(name: string): { user: User; account: Account; password: string } | undefined {
    const row = this.database.sqlite.prepare<[string], Row>('SELECT * FROM user WHERE name = ?').get(name);
    return row && { user: toUser(row), account: toAccount(row), password: row.password };
  }

  /** Who an OpenID provider's subject is here. */
  findSubject(subject: string): Account | undefined {
    const row = this.database.sqlite.prepare<[string], Row>('SELECT * FROM user WHERE subject = ?').get(subject);
    return row && toAccount(row);
  }

  /** @throws NotFound */
  get(name: string): Account {
    const known = this.find(name);
    if (!known) throw notFound(`No such user: ${name}`);
    return known.account;
  }

  /** Gives a user other rights. @throws NotFound; Conflict when nobody could administer the daemon any more */
  change(name: string, { role, projects, disabled }: Grants & { readonly disabled: boolean }): void {
    this.database.durable(() => {
      const before = this.get(name);
      if (role !== 'admin' || disabled) this.keepAnAdmin(before);
      this.database.sqlite
        .prepare('UPDATE user SET role = ?, projects = ?, disabled = ? WHERE name = ?')
        .run(role, JSON.stringify(projects), disabled ? 1 : 0, name);
    });
    this.tell(name);
  }

  /** @param password its hash */
  setPassword(name: string, password: string): void {
    this.database.durable(() => this.database.sqlite.prepare('UPDATE user SET password = ? WHERE name = ?').run(password, name));
  }

  /** Removes a user with all that lets them in. @throws NotFound; Conflict for the last admin */
  remove(name: string): void {
    this.database.durable(() => {
      this.keepAnAdmin(this.get(name));
      this.database.sqlite.prepare('DELETE FROM user WHERE name = ?').run(name);
    });
    this.tell(name);
  }

  /** Calls `listener` with the name of everybody whose rights change. @returns how to stop that */
  onChange(listener: ChangeListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** An invited admin who has not come yet does not count. */
  private keepAnAdmin(leaving: Account): void {
    const able = ({ role, disabled, joined }: Account) => role === 'admin' && !disabled && joined;
    if (able(leaving) && !this.all().some((other) => other.name !== leaving.name && able(other)))
      throw conflict(`${leaving.name} is the only admin who can sign in: make another one first`);
  }

  private tell(name: string): void {
    for (const listener of this.listeners) listener(name);
  }
}

/** A user out of a row that has the columns of one. */
export function toUser({ name, role, projects }: Pick<Row, 'name' | 'role' | 'projects'>): User {
  return { name, role, projects: JSON.parse(projects) as User['projects'] };
}

function toAccount(row: Row): Account {
  return {
    ...toUser(row),
    disabled: row.disabled !== 0,
    origin: row.subject === null ? 'password' : 'oidc',
    joined: row.password !== '' || row.subject !== null,
    created: row.created,
  };
}
