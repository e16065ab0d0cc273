import { expect, test } from 'vitest';
import { Scrollback } from './scrollback.js';

const kept = (...chunks: string[]) => {
  const scrollback = new Scrollback();
  for (const chunk of chunks) scrollback.append(Buffer.from(chunk));
  return scrollback;
};

test('gives back what came, from any place, in pieces', () => {
  const scrollback = kept('hello ', 'world');
  expect(scrollback.from(0, 4).toString()).toBe('hell');
  expect(scrollback.from(4, 100).toString()).toBe('o ');
  expect(scrollback.from(6, 100).toString()).toBe('world');
  expect(scrollback.from(11, 100)).toHaveLength(0);
  expect(scrollback.replay().toString()).toBe('hello world');
});

test('asks the terminal nothing a second time', () => {
  const asked = kept('a\x1b[6nb\x1b[cd\x1b[>0ce\x1b]11;?\x07f\x1b]10;?\x1b\\g\x1bP$qm\x1b\\h\x1b[?2026$p\x1b[31mred\n');
  expect(asked.replay().toString()).toBe('abdefgh\x1b[31mred\n');
});

test('forgets the oldest by whole lines, but not the modes they set, however they were cut', () => {
  const line = `${'x'.repeat(1023)}\n`;
  const scrollback = kept('\x1b[?10', '49h\x1b[?2004;1h\x1b[?2004l', ...Array.from({ length: 1024 }, () => line));
  expect(scrollback.start).toBeGreaterThan(0);
  expect(scrollback.end - scrollback.start).toBeLessThan(520 * 1024);
  const text = scrollback.replay().toString();
  expect(text.startsWith('\x1b[?1049h\x1b[?2004l\x1b[?1hxxx')).toBe(true);
  expect((text.length - '\x1b[?1049h\x1b[?2004l\x1b[?1h'.length) % 1024).toBe(0);
});
