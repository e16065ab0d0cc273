import { Injectable } from '@nestjs/common';
import { Database } from '../state/database.js';
import { Layers } from './layers.js';

/** What is remembered of a step of a build. */
export interface BuildRecord {
  readonly key: string;
  /** ID of the image that the step made. */
  readonly image: string;
  /** The step in one line. */
  readonly description: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly lastUsed: number;
  /** How often it was taken from here. */
  readonly uses: number;
}

const COLUMNS = 'key, image, description, created, last_used AS lastUsed, uses';

/** Which images the steps of builds have made: a step whose key is known need not be done again. Forgotten with the image. */
@Injectable()
export class BuildCache {
  /** @param _layers made first: its tables are the ground of this one */
  constructor(
    private readonly database: Database,
    _layers: Layers,
  ) {}

  /** The image that a step of this key made. */
  find(key: string): string | undefined {
    return this.database.sqlite.prepare<[string], { image: string }>('SELECT image FROM build_cache WHERE key = ?').get(key)?.image;
  }

  /** Remembers that the step made `image`, instead of what it made before. */
  add(key: string, image: string, description: string): void {
    const now = Date.now();
    this.database.quick(() =>
      this.database.sqlite
        .prepare('INSERT OR REPLACE INTO build_cache (key, image, description, created, last_used, uses) VALUES (?, ?, ?, ?, ?, 0)')
        .run(key, image, description, now, now),
    );
  }

  /** Notes that the steps were taken from the cache now. */
  used(keys: readonly string[]): void {
    this.database.quick(() => {
      const update = this.database.sqlite.prepare('UPDATE build_cache SET last_used = ?, uses = uses + 1 WHERE key = ?');
      for (const key of keys) update.run(Date.now(), key);
    });
  }

  /** Everything, what was used longest ago first. */
  all(): BuildRecord[] {
    return this.database.sqlite.prepare<[], BuildRecord>(`SELECT ${COLUMNS} FROM build_cache ORDER BY last_used, key`).all();
  }

  /** Forgets a step; its image stays. */
  delete(key: string): void {
    this.database.quick(() => this.database.sqlite.prepare('DELETE FROM build_cache WHERE key = ?').run(key));
  }
}
