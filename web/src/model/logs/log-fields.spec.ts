import { expect, test } from 'vitest';
import { logFields } from './log-fields';

test('a JSON line: what it says, then the rest', () => {
  expect(logFields('{"level":"info","ts":1,"msg":"listening","port":80,"tags":["a"]}')).toEqual({
    message: 'listening',
    fields: [
      { name: 'port', value: '80' },
      { name: 'tags', value: '["a"]' },
    ],
  });
  expect(logFields('{"a":null}')).toEqual({ message: '', fields: [{ name: 'a', value: 'null' }] });
});

test('any other line', () => {
  for (const line of ['', 'hello', '{not json}', '[1]', '{"a":1} and more']) expect(logFields(line)).toBeUndefined();
});
