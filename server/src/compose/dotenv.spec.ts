import { expect, it } from 'vitest';
import { parseDotenv } from './dotenv.js';

it('reads what Compose reads', () => {
  const file = `
# a comment
PLAIN=value # and why
HASH=a#b
export EXPORTED = spaced out
YAML: like
SINGLE='$PLAIN stays' # x
DOUBLE="\${PLAIN}\\tx"
LINES="one
two"
DOLLAR="\\$PLAIN"
REFERS=\${PLAIN}-\${OUTER:-none}
EMPTY=
FROM_OUTSIDE
NOT_SET
`;
  expect(Object.fromEntries(parseDotenv(file, (name) => ({ OUTER: 'out', FROM_OUTSIDE: 'given' })[name]))).toEqual({
    PLAIN: 'value',
    HASH: 'a#b',
    EXPORTED: 'spaced out',
    YAML: 'like',
    SINGLE: '$PLAIN stays',
    DOUBLE: 'value\tx',
    LINES: 'one\ntwo',
    DOLLAR: '$PLAIN',
    REFERS: 'value-out',
    EMPTY: '',
    FROM_OUTSIDE: 'given',
  });
});

it('names the line that is wrong', () => {
  expect(() => parseDotenv('A=1\nwhat is this')).toThrow('line 2');
  expect(() => parseDotenv('A=1\nB="open')).toThrow('line 2: the quote of B is not closed');
});
