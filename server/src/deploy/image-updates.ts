import { Injectable } from '@nestjs/common';
import { messageOf } from '../base/errors.js';
import { familiarName, parseReference } from '../base/reference.js';
import { Slots } from '../base/slots.js';
import { DistributionInspect } from '../engine/distribution/inspect.js';
import { Engine } from '../engine/engine.js';
import { ImageList } from '../engine/image/list.js';
import { RegistryLogins } from '../registry/logins.js';
import { Database } from '../state/database.js';

/** What a registry said of an image name that is here. */
export interface ImageUpdate {
  /** Such as `nginx:alpine`. */
  readonly reference: string;
  /** Milliseconds since 1970. */
  readonly checked: number;
  /** The name means another image there than here. */
  readonly available: boolean;
  /** Digest of the manifest that the name means there; '' when it could not be asked for. */
  readonly digest: string;
  /** Why it could not be asked for; '' otherwise. */
  readonly error: string;
}

type Row = Omit<ImageUpdate, 'available'>;

/** Registries are asked about so many images at a time. */
const AT_ONCE = 4;

/** Whether the names of images mean newer ones in their registries. Nothing is pulled for it. */
@Injectable()
export class ImageUpdates {
  private readonly listeners = new Set<() => void>();
  private readonly slots = new Slots(() => AT_ONCE);

  constructor(
    private readonly engine: Engine,
    private readonly logins: RegistryLogins,
    private readonly database: Database,
  ) {
    database.migrate('deploy/image-update', [
      `CREATE TABLE image_update (
         reference TEXT PRIMARY KEY,
         checked INTEGER NOT NULL,
         digest TEXT NOT NULL,
         error TEXT NOT NULL
       ) STRICT`,
    ]);
  }

  /** What was found last of the names that are here. An image that was pulled since is held against it anew. */
  async list(): Promise<ImageUpdate[]> {
    const here = await this.here();
    const rows = this.database.sqlite.prepare<[], Row>('SELECT * FROM image_update ORDER BY reference').all();
    return rows.flatMap((row) => {
      const digests = here.get(row.reference);
      return digests ? [{ ...row, available: row.digest !== '' && !digests.has(row.digest) }] : [];
    });
  }

  /** Asks the registries about every image that came from one. */
  async check(signal: AbortSignal): Promise<ImageUpdate[]> {
    const here = await this.here();
    await Promise.all([...here.keys()].map((reference) => this.checkOne(reference, signal)));
    this.database.quick(() => {
      for (const { reference } of this.database.sqlite.prepare<[], { reference: string }>('SELECT reference FROM image_update').all())
        if (!here.has(reference)) this.database.sqlite.prepare('DELETE FROM image_update WHERE reference = ?').run(reference);
    });
    for (const listener of this.listeners) listener();
    return this.list();
  }

  /** Calls `listener` when the registries have been asked. */
  subscribe(listener: () => void): { unsubscribe: () => void } {
    this.listeners.add(listener);
    return { unsubscribe: () => this.listeners.delete(listener) };
  }

  private async checkOne(reference: string, signal: AbortSignal): Promise<void> {
    const release = await this.slots.take();
    try {
      if (signal.aborted) return;
      const auth = this.logins.headerFor(reference);
      const { Descriptor } = await this.engine.run(DistributionInspect, { name: reference, ...(auth && { auth }) }, { signal });
      this.note(reference, Descriptor.digest ?? '', '');
    } catch (error) {
      if (!signal.aborted) this.note(reference, '', messageOf(error));
    } finally {
      release();
    }
  }

  private note(reference: string, digest: string, error: string): void {
    this.database.quick(() =>
      this.database.sqlite
        .prepare('INSERT OR REPLACE INTO image_update (reference, checked, digest, error) VALUES (?, ?, ?, ?)')
        .run(reference, Date.now(), digest, error),
    );
  }

  /** Tagged images that came from a registry, each with the digests that its repository gave for it. */
  private async here(): Promise<Map<string, Set<string>>> {
    const found = new Map<string, Set<string>>();
    for (const { RepoTags, RepoDigests } of await this.engine.run(ImageList, {})) {
      for (const tag of RepoTags ?? []) {
        const repository = familiarName(parseReference(tag));
        const digests = (RepoDigests ?? []).flatMap((digest) =>
          digest.startsWith(`${repository}@`) ? [digest.slice(repository.length + 1)] : [],
        );
        if (digests.length > 0) found.set(tag, new Set(digests));
      }
    }
    return found;
  }
}
