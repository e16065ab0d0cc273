import { Injectable } from '@nestjs/common';
import { repositoryOf, type Reference } from '../base/reference.js';
import { Database } from '../state/database.js';
import { Layers } from './layers.js';

/** A form in which a layer is at a registry. */
export interface LayerBlob {
  readonly digest: string;
  readonly mediaType: string;
  readonly size: number;
  /** Canonical name of the repository that has it. */
  readonly repository: string;
}

/** Which blobs of which repositories the layers came from or went to: what is there need not be sent again. */
@Injectable()
export class LayerBlobs {
  /** @param _layers made first: its tables are the ground of this one */
  constructor(
    private readonly database: Database,
    _layers: Layers,
  ) {}

  /** Remembers that the repository of `reference` has the registered layer `chainId` in this form. */
  add(chainId: string, reference: Reference, { digest, mediaType, size }: Omit<LayerBlob, 'repository'>): void {
    this.database.quick(() =>
      this.database.sqlite
        .prepare('INSERT INTO layer_blob (digest, chain_id, media_type, size, repository) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING')
        .run(digest, chainId, mediaType, size, repositoryOf(reference)),
    );
  }

  /** All known forms of a layer. */
  of(chainId: string): LayerBlob[] {
    return this.database.sqlite
      .prepare<[string], LayerBlob>('SELECT digest, media_type AS mediaType, size, repository FROM layer_blob WHERE chain_id = ?')
      .all(chainId);
  }
}
