import { expect, test } from 'vitest';
import { breadcrumbs, folderOf, joinPath, modeText, textOf } from './files';

test('paths', () => {
  expect(breadcrumbs('/')).toEqual([]);
  expect(breadcrumbs('/etc/ssl')).toEqual([
    { name: 'etc', path: '/etc' },
    { name: 'ssl', path: '/etc/ssl' },
  ]);
  expect(joinPath('/', 'etc')).toBe('/etc');
  expect(joinPath('/etc', 'hosts')).toBe('/etc/hosts');
  expect(folderOf('/etc/hosts')).toBe('/etc');
  expect(folderOf('/etc')).toBe('/');
});

test('modes', () => {
  expect(modeText(0o755)).toBe('rwxr-xr-x');
  expect(modeText(0)).toBe('---------');
});

test('texts and what is none', () => {
  expect(textOf(new TextEncoder().encode('größer').buffer)).toBe('größer');
  expect(textOf(Uint8Array.of(65, 0, 66).buffer)).toBeUndefined();
  expect(textOf(Uint8Array.of(0xff, 0xfe).buffer)).toBeUndefined();
});
