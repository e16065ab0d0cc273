import { invalidParameter } from '../../base/errors.js';
import type { Filters } from '../../base/filters.js';
import { linearPattern } from '../../base/linear-pattern.js';
import { familiarName, parseReference } from '../../base/reference.js';
import { parseTimestamp } from '../../base/timestamp.js';
import type { Image } from '../../graph/image.js';

/** Whether a familiar name is the one a pattern means: with `*`, `?` and `[...]` within one part of the path, with or without its tag. */
export function matchesReference(pattern: string, name: string): boolean {
  const expression = globExpression(pattern);
  return expression.test(name) || expression.test(familiarName(parseReference(name)));
}

/** The one boolean of a filter. @throws InvalidParameter */
export function booleanFilter(filters: Filters, name: string): boolean | undefined {
  const values = filters.get(name);
  if (!values || values.length === 0) return undefined;
  if (values.every((value) => value === 'true' || value === '1')) return true;
  if (values.every((value) => value === 'false' || value === '0')) return false;
  throw invalidParameter(`invalid filter '${name}=[${values.join(' ')}]': expected true or false`);
}

/** When the image was made, in nanoseconds since 1970; 0 when it does not say. */
export function createdNano(image: Pick<Image, 'created'>): bigint {
  return image.created === undefined ? 0n : parseTimestamp('created', image.created);
}

function globExpression(pattern: string): RegExp {
  const parts = pattern.matchAll(/\\(.)|(\*)|(\?)|\[(\^?)((?:\\.|[^\]\\])+)\]|(.)/gs);
  let source = '';
  for (const [, escaped, star, question, negation, set, plain] of parts) {
    if (star) source += '[^/]*';
    else if (question) source += '[^/]';
    else if (set !== undefined) source += `[${negation}${set.replace(/[[&|~]/g, '\\$&')}]`;
    else source += (escaped ?? plain ?? '').replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  }
  try {
    return linearPattern(`^${source}$`);
  } catch (error) {
    throw invalidParameter(`invalid filter 'reference': syntax error in pattern ${JSON.stringify(pattern)}`, error);
  }
}
