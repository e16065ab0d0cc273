import { expect, test } from 'vitest';
import { isContinuation, levelOf } from './log-level';

test.each([
  ['2026-01-01 12:00:00 ERROR could not connect', 'error'],
  ['[warn] disk is nearly full', 'warn'],
  ['time=2026 level=info msg="started"', 'info'],
  ['{"time":1,"level":"debug","msg":"error in the text"}', 'debug'],
  ['{"level":50,"msg":"pino"}', 'error'],
  ['warning: unused variable', 'warn'],
  ['panic: runtime error', 'error'],
  ['GET /errors 200', undefined],
  ['the information desk', undefined],
])('%s', (line, level) => {
  expect(levelOf(line)).toBe(level);
});

test('what goes on with the line before', () => {
  expect(isContinuation('    at Foo.bar (foo.js:1:2)')).toBe(true);
  expect(isContinuation('\tat java.lang.Thread.run(Thread.java:1)')).toBe(true);
  expect(isContinuation('Caused by: java.io.IOException')).toBe(true);
  expect(isContinuation('  File "x.py", line 3')).toBe(true);
  expect(isContinuation('listening on 80')).toBe(false);
  expect(isContinuation('   ')).toBe(false);
});
