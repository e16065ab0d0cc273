import { expect, test } from 'vitest';
import { archiveName, archivePath } from './archive-path.js';

test.each([
  ['/', '/', '/.'],
  ['.', '/', '/.'],
  ['/etc', '/etc', 'etc'],
  ['etc', '/etc', 'etc'],
  ['/etc/', '/etc/', 'etc'],
  ['/etc/.', '/etc/.', '.'],
  ['/a//b/../c', '/a/c', 'c'],
  ['../../etc/passwd', '/etc/passwd', 'passwd'],
  ['/a/..', '/', '/.'],
])('%s means %s and is called %s', (given, path, name) => {
  expect(archivePath(given)).toBe(path);
  expect(archiveName(archivePath(given))).toBe(name);
});

test('no path is refused', () => {
  expect(() => archivePath('')).toThrow(/path cannot be empty/);
});
