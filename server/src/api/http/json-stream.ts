import type { IncomingMessage } from 'node:http';
import { compareVersions, versionOf } from './version.js';

/** How the messages of a stream of JSON are told apart. */
export interface JsonStreamForm {
  readonly type: string;
  readonly before: string;
  readonly after: string;
}

/** What everybody reads. */
export const JSON_STREAM: JsonStreamForm = { type: 'application/json', before: '', after: '\r\n' };

/** Forms by the type they are asked for with, and the version that knows them. JSON text sequences are those of RFC 7464. */
const FORMS: readonly (JsonStreamForm & { readonly since: string })[] = [
  { type: 'application/jsonl', before: '', after: '\n', since: '1.53' },
  { type: 'application/x-ndjson', before: '', after: '\n', since: '1.52' },
  { type: 'application/json-seq', before: '\u001e', after: '\n', since: '1.52' },
];

/** The form that the request's Accept likes best; plain JSON objects where it names none. */
export function jsonStreamForm(request: IncomingMessage): JsonStreamForm {
  const version = versionOf(request);
  const known = FORMS.filter(({ since }) => compareVersions(version, since) >= 0);
  for (const type of acceptedTypes(request.headers.accept ?? '')) {
    if (type === JSON_STREAM.type || type === '*/*' || type === 'application/*') return JSON_STREAM;
    const form = known.find((each) => each.type === type);
    if (form) return form;
  }
  return JSON_STREAM;
}

/** Types of an Accept header, the best liked first. RFC 9110, 12.5.1 */
function acceptedTypes(accept: string): string[] {
  const types = accept.split(',').map((part) => {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    const quality = Number(parameters.find((text) => text.startsWith('q='))?.slice(2) ?? 1);
    return { type, quality };
  });
  return types
    .filter(({ quality }) => quality > 0)
    .toSorted((a, b) => b.quality - a.quality)
    .map(({ type }) => type);
}
