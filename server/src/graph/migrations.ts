import type { Migrations } from '../state/database.js';

/** The graph's tables: what images are made of and what they are called. */
export const migrations: Migrations = [
  `
  CREATE TABLE layer (
    chain_id TEXT PRIMARY KEY,
    diff_id TEXT NOT NULL,
    parent TEXT REFERENCES layer (chain_id),
    size INTEGER NOT NULL,
    -- Bytes of the uncompressed tar; known after somebody first needed it.
    tar_size INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX layer_parent ON layer (parent);

  -- The compressed forms in which layers came: the same blob need not be fetched or made again.
  CREATE TABLE layer_blob (
    digest TEXT NOT NULL,
    chain_id TEXT NOT NULL REFERENCES layer (chain_id) ON DELETE CASCADE,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    repository TEXT NOT NULL,
    PRIMARY KEY (chain_id, digest, repository)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE read_write_layer (
    id TEXT PRIMARY KEY,
    parent TEXT REFERENCES layer (chain_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX read_write_layer_parent ON read_write_layer (parent);

  CREATE TABLE image (
    id TEXT PRIMARY KEY,
    config BLOB NOT NULL,
    top_layer TEXT REFERENCES layer (chain_id),
    parent TEXT,
    size INTEGER NOT NULL,
    last_tagged INTEGER
  ) STRICT;
  CREATE INDEX image_top_layer ON image (top_layer);

  CREATE TABLE manifest (
    digest TEXT NOT NULL,
    image TEXT NOT NULL REFERENCES image (id) ON DELETE CASCADE,
    media_type TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (image, digest)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE reference (
    name TEXT PRIMARY KEY,
    image TEXT NOT NULL REFERENCES image (id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX reference_image ON reference (image);
  `,
  `
  -- What steps of builds have made, by a digest of all that their results depend on.
  CREATE TABLE build_cache (
    key TEXT PRIMARY KEY,
    image TEXT NOT NULL REFERENCES image (id) ON DELETE CASCADE,
    description TEXT NOT NULL,
    created INTEGER NOT NULL,
    last_used INTEGER NOT NULL,
    uses INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX build_cache_image ON build_cache (image);
  `,
  `
  -- Statements about images (in-toto), as their registries sent them.
  CREATE TABLE statement (
    digest TEXT NOT NULL,
    image TEXT NOT NULL REFERENCES image (id) ON DELETE CASCADE,
    content BLOB NOT NULL,
    PRIMARY KEY (image, digest)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Images of other platforms that a name stands for beside its main image.
  CREATE TABLE beside (
    name TEXT NOT NULL REFERENCES reference (name) ON DELETE CASCADE,
    image TEXT NOT NULL REFERENCES image (id),
    PRIMARY KEY (name, image)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX beside_image ON beside (image);
  `,
  `
  -- Digest of the index that a name points to; none when the name is that of one image alone.
  ALTER TABLE reference ADD COLUMN target TEXT;
  CREATE INDEX reference_target ON reference (target);
  CREATE INDEX manifest_digest ON manifest (digest);
  UPDATE reference SET target = (
    SELECT digest FROM manifest AS own
    WHERE own.image = reference.image
      AND own.media_type IN ('application/vnd.oci.image.index.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json')
      AND NOT EXISTS (
        SELECT 1 FROM beside WHERE beside.name = reference.name
          AND NOT EXISTS (SELECT 1 FROM manifest AS other WHERE other.image = beside.image AND other.digest = own.digest)
      )
    LIMIT 1
  );
  `,
];
