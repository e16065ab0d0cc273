import { Injectable } from '@nestjs/common';
import { notFound } from '../../base/errors.js';
import { Database } from '../../state/database.js';

/** What a stack's files were at one time. */
export interface StackVersion {
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** Who saved it. */
  readonly user: string;
  /** Of git, whose files they were; '' for what was written here. */
  readonly revision: string;
}

export interface StackContent {
  readonly compose: string;
  readonly env: string;
}

/** Versions a stack keeps. */
const KEPT = 100;

/** Every version of a stack's files that was saved from the page, or came from git. */
@Injectable()
export class StackVersions {
  constructor(private readonly database: Database) {
    database.migrate('deploy/stack', [
      `CREATE TABLE stack_version (
         stack TEXT NOT NULL,
         number INTEGER NOT NULL,
         created INTEGER NOT NULL,
         user TEXT NOT NULL,
         compose TEXT NOT NULL,
         env TEXT NOT NULL,
         PRIMARY KEY (stack, number)
       ) STRICT, WITHOUT ROWID`,
      "ALTER TABLE stack_version ADD COLUMN revision TEXT NOT NULL DEFAULT ''",
    ]);
  }

  /** Keeps a version, unless it is the newest one already. */
  add(stack: string, { compose, env }: StackContent, user: string, revision = ''): void {
    const newest = this.list(stack)[0];
    if (newest) {
      const known = this.get(stack, newest.number);
      if (known.compose === compose && known.env === env && newest.revision === revision) return;
    }
    const number = (newest?.number ?? 0) + 1;
    this.database.durable(() => {
      this.database.sqlite
        .prepare('INSERT INTO stack_version (stack, number, created, user, compose, env, revision) VALUES (?, ?, ?, ?, ?, ?, ?)')
        .run(stack, number, Date.now(), user, compose, env, revision);
      this.database.sqlite.prepare('DELETE FROM stack_version WHERE stack = ? AND number <= ?').run(stack, number - KEPT);
    });
  }

  /** The newest first. */
  list(stack: string): StackVersion[] {
    return this.database.sqlite
      .prepare<[string], StackVersion>('SELECT number, created, user, revision FROM stack_version WHERE stack = ? ORDER BY number DESC')
      .all(stack);
  }

  /** @throws NotFound */
  get(stack: string, number: number): StackContent {
    const row = this.database.sqlite
      .prepare<[string, number], StackContent>('SELECT compose, env FROM stack_version WHERE stack = ? AND number = ?')
      .get(stack, number);
    if (!row) throw notFound(`stack ${stack} has no version ${number}`);
    return row;
  }

  forget(stack: string): void {
    this.database.durable(() => this.database.sqlite.prepare('DELETE FROM stack_version WHERE stack = ?').run(stack));
  }
}
