import { describe, expect, it } from 'vitest';
import { parseReference } from '../base/reference.js';
import { Database } from '../state/database.js';
import { migrations } from './migrations.js';
import { References } from './references.js';

const INDEX = 'application/vnd.oci.image.index.v1+json';

describe('References', () => {
  it('finds in an older store the index that a name points to', () => {
    const database = new Database(':memory:');
    database.migrate('graph', migrations.slice(0, 4));
    database.sqlite.exec(`
      INSERT INTO image (id, config, size) VALUES ('main', x'7b7d', 0), ('other', x'7b7d', 0), ('alone', x'7b7d', 0);
      INSERT INTO manifest (digest, image, media_type, content) VALUES
        ('a', 'main', '${INDEX}', x'7b7d'), ('b', 'main', '${INDEX}', x'7b7d'), ('b', 'other', '${INDEX}', x'7b7d'), ('c', 'alone', '', x'7b7d');
      INSERT INTO reference (name, image) VALUES ('docker.io/library/many:1', 'main'), ('docker.io/library/alone:1', 'alone');
      INSERT INTO beside (name, image) VALUES ('docker.io/library/many:1', 'other');
    `);
    const references = new References(database);
    expect(references.indexOf(parseReference('many:1'))).toBe('b');
    expect(references.imagesOf(parseReference('many:1'))).toEqual(['main', 'other']);
    expect(references.indexOf(parseReference('alone:1'))).toBeUndefined();
    database.close();
  });
});
