import { lstatSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { filesBelow, place } from './placing.js';

let root: string;
let to: string;
let round = 0;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway-placing-'));
  to = join(root, 'to');
  mkdirSync(to);
});
afterEach(() => rmSync(root, { recursive: true }));

function write(folder: string, files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    if (content.startsWith('-> ')) symlinkSync(content.slice(3), join(folder, path));
    else writeFileSync(join(folder, path), content);
  }
}

/** Places these files after those of `before`. */
async function put(files: Record<string, string>, before: readonly string[] = []): Promise<string[]> {
  const from = join(root, `from-${round++}`);
  mkdirSync(from);
  write(from, files);
  return (await place(from, to, await filesBelow(from), new Set(before))).sort();
}
const present = async () => (await filesBelow(to)).sort();
const read = (path: string) => readFileSync(join(to, path), 'utf8');

test('puts files there, takes away what is gone, and leaves what is the same, and what is others’', async () => {
  expect(await put({ a: '1', 'b/c': '2', 'b/d/e': '3', link: '-> a' })).toEqual(['a', 'b/c', 'b/d/e', 'link']);
  write(to, { 'b/data/own': 'x', own: 'y' });
  const { ino } = statSync(join(to, 'a'));
  expect(await put({ a: '1', 'b/c': 'two' }, ['a', 'b/c', 'b/d/e', 'link'])).toEqual(['b/c', 'b/d/e', 'link']);
  expect(await present()).toEqual(['a', 'b/c', 'b/data/own', 'own']);
  expect(statSync(join(to, 'a')).ino).toBe(ino);
  expect(read('b/c')).toBe('two');
  expect(() => lstatSync(join(to, 'b/d'))).toThrow('ENOENT');
});

test('makes a folder of a file and a file of a folder', async () => {
  await put({ a: '1', 'b/c': '2' });
  await put({ 'a/x': '3', b: '4' }, ['a', 'b/c']);
  expect(await present()).toEqual(['a/x', 'b']);
});

test.each<[string, Record<string, string>, Record<string, string>]>([
  ['a file', { mine: 'x' }, { mine: 'y' }],
  ['a file where a folder is wanted', { mine: 'x' }, { 'mine/a': 'y' }],
  ['a folder with a file', { 'mine/a': 'x' }, { mine: 'y' }],
  ['a link', { mine: '-> /etc' }, { 'mine/passwd': 'y' }],
])('changes nothing when %s of somebody else is in the way', async (_, theirs, files) => {
  await put({ a: '1' });
  write(to, theirs);
  const before = await present();
  await expect(put({ ...files, a: '2' }, ['a'])).rejects.toThrow(/^mine is in the stack's folder and in the repository/);
  expect(await present()).toEqual(before);
  expect(read('a')).toBe('1');
});

test('follows no link out of the folder', async () => {
  const outside = join(root, 'outside');
  write(outside, { 'a/kept': 'x' });
  await put({ 'b/kept': '1', link: `-> ${outside}` });
  // A container has put a link in the place of a folder.
  rmSync(join(to, 'b'), { recursive: true });
  symlinkSync(join(outside, 'a'), join(to, 'b'));
  await expect(put({ 'b/kept': '2' }, ['b/kept', 'link'])).rejects.toThrow('b is in the stack');
  await put({ 'link/a/kept': '2' }, ['b/kept', 'link']);
  expect(readFileSync(join(outside, 'a/kept'), 'utf8')).toBe('x');
  expect(read('link/a/kept')).toBe('2');
  expect(readlinkSync(join(to, 'b'))).toBe(join(outside, 'a'));
});
