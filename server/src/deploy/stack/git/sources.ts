import { Injectable } from '@nestjs/common';
import { notFound } from '../../../base/errors.js';
import { newId } from '../../../base/ids.js';
import type { StandingAsker } from '../../../engine/access/index.js';
import type { GitCredentials } from '../../../engine/git/index.js';
import { Database } from '../../../state/database.js';
import type { GitSource, GitStack, GitState } from './source.js';

interface Row {
  readonly stack: string;
  readonly source: string;
  readonly asker: string;
  readonly token: string;
  readonly hook: string;
  readonly state: string;
}

/** All of a source that is written at once. */
export interface SourceEntry {
  readonly source: GitSource;
  readonly asker: StandingAsker;
  /** '' for none; never told again. */
  readonly token: string;
  readonly hook: boolean;
}

const NEW: GitState = { commit: '', latest: '', checked: 0, error: '', env: '' };

/** Which stacks come from git. Tokens lie in the database, which is root's alone, and go nowhere but to their repository. */
@Injectable()
export class GitSources {
  private readonly listeners = new Set<() => void>();

  constructor(private readonly database: Database) {
    database.migrate('deploy/git', [
      `CREATE TABLE stack_git (
         stack TEXT PRIMARY KEY,
         source TEXT NOT NULL,
         asker TEXT NOT NULL,
         token TEXT NOT NULL,
         hook TEXT NOT NULL,
         state TEXT NOT NULL,
         files TEXT NOT NULL DEFAULT '[]'
       ) STRICT;
       CREATE TABLE stack_path (stack TEXT PRIMARY KEY, path TEXT NOT NULL) STRICT`,
    ]);
  }

  all(): GitStack[] {
    return this.database.sqlite.prepare<[], Row>('SELECT * FROM stack_git ORDER BY stack').all().map(toStack);
  }

  /** Undefined for a stack that does not come from git. */
  find(stack: string): GitStack | undefined {
    const row = this.database.sqlite.prepare<[string], Row>('SELECT * FROM stack_git WHERE stack = ?').get(stack);
    return row && toStack(row);
  }

  /** @throws NotFound */
  get(stack: string): GitStack {
    const found = this.find(stack);
    if (!found) throw notFound(`stack ${stack} does not come from git`);
    return found;
  }

  /** Where in a stack's folder its Compose file is, also when it is not from git any more; undefined for the usual place. */
  path(stack: string): string | undefined {
    return this.database.sqlite.prepare<[string], { path: string }>('SELECT path FROM stack_path WHERE stack = ?').get(stack)?.path;
  }

  /** Names of the stacks that `path` answers for. */
  names(): string[] {
    return this.database.sqlite
      .prepare<[], { stack: string }>('SELECT stack FROM stack_path')
      .all()
      .map(({ stack }) => stack);
  }

  /** What the repository is asked with; undefined for nothing. */
  credentials(stack: string): GitCredentials | undefined {
    const row = this.database.sqlite
      .prepare<[string], Pick<Row, 'source' | 'token'>>('SELECT source, token FROM stack_git WHERE stack = ?')
      .get(stack);
    return row?.token ? { user: (JSON.parse(row.source) as GitSource).user, token: row.token } : undefined;
  }

  /** Paths of the files that the repository has put into the folder. */
  files(stack: string): string[] {
    const row = this.database.sqlite.prepare<[string], { files: string }>('SELECT files FROM stack_git WHERE stack = ?').get(stack);
    return row ? (JSON.parse(row.files) as string[]) : [];
  }

  noteFiles(stack: string, files: Iterable<string>): void {
    const text = JSON.stringify([...files]);
    this.database.durable(() => this.database.sqlite.prepare('UPDATE stack_git SET files = ? WHERE stack = ?').run(text, stack));
  }

  /** Writes where a stack comes from; what is known of it stays. A webhook that it has keeps its secret. */
  set(stack: string, { source, asker, token, hook }: SourceEntry): void {
    const before = this.find(stack);
    const secret = hook ? before?.hook || newId() : '';
    this.database.durable(() => {
      this.database.sqlite
        .prepare(
          `INSERT INTO stack_git (stack, source, asker, token, hook, state) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (stack) DO UPDATE SET source = excluded.source, asker = excluded.asker, token = excluded.token, hook = excluded.hook`,
        )
        .run(stack, JSON.stringify(source), JSON.stringify(asker), token, secret, JSON.stringify(NEW));
      this.database.sqlite.prepare('INSERT OR REPLACE INTO stack_path (stack, path) VALUES (?, ?)').run(stack, source.path);
    });
    this.tell();
  }

  /** Notes what has become known, where the stack is there still. */
  note(stack: string, news: Partial<{ [Key in keyof GitState]: GitState[Key] | undefined }>): void {
    const before = this.find(stack);
    if (!before) return;
    const state = JSON.stringify({ ...before.state, ...news });
    this.database.quick(() => this.database.sqlite.prepare('UPDATE stack_git SET state = ? WHERE stack = ?').run(state, stack));
    this.tell();
  }

  /** Gives the webhook another secret: the address before is worth nothing any more. @throws NotFound */
  renewHook(stack: string): string {
    this.get(stack);
    const secret = newId();
    this.database.durable(() => this.database.sqlite.prepare('UPDATE stack_git SET hook = ? WHERE stack = ?').run(secret, stack));
    this.tell();
    return secret;
  }

  /** Leaves a stack's files to people. @throws NotFound */
  detach(stack: string): void {
    this.get(stack);
    this.database.durable(() => this.database.sqlite.prepare('DELETE FROM stack_git WHERE stack = ?').run(stack));
    this.tell();
  }

  forget(stack: string): void {
    this.database.durable(() => {
      for (const table of ['stack_git', 'stack_path']) this.database.sqlite.prepare(`DELETE FROM ${table} WHERE stack = ?`).run(stack);
    });
    this.tell();
  }

  /** Calls `listener` whenever something of them changes. */
  subscribe(listener: () => void): { unsubscribe: () => void } {
    this.listeners.add(listener);
    return { unsubscribe: () => this.listeners.delete(listener) };
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

function toStack({ stack, source, asker, token, hook, state }: Row): GitStack {
  return {
    name: stack,
    source: JSON.parse(source) as GitSource,
    asker: JSON.parse(asker) as StandingAsker,
    state: JSON.parse(state) as GitState,
    token: token !== '',
    hook,
  };
}
