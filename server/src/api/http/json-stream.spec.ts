import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { jsonStreamForm } from './json-stream.js';
import { canonicalUrl } from './version.js';

function formOf(accept: string | undefined, version = '1.53'): string {
  const request = { url: `/v${version}/events`, headers: accept ? { accept } : {} } as IncomingMessage;
  canonicalUrl(request);
  return jsonStreamForm(request).type;
}

describe('the form of a JSON stream', () => {
  it.each([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['text/html', 'application/json'],
    ['application/x-ndjson', 'application/x-ndjson'],
    ['application/json-seq, application/x-ndjson', 'application/json-seq'],
    ['application/json-seq;q=0.5, application/jsonl', 'application/jsonl'],
    ['application/json;q=0.1, application/json-seq;q=0', 'application/json'],
  ])('that Accept: %s gets is %s', (accept, type) => expect(formOf(accept)).toBe(type));

  it('is plain for versions that know no other', () => {
    expect(formOf('application/x-ndjson', '1.51')).toBe('application/json');
    expect(formOf('application/jsonl', '1.52')).toBe('application/json');
    expect(formOf('application/json-seq', '1.52')).toBe('application/json-seq');
  });
});
