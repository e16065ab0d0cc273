import { describe, expect, it } from 'vitest';
import { parseAnsi, stripAnsi } from './ansi';

const ESC = '\u001b';

describe('parseAnsi', () => {
  it('leaves plain text alone, markup included', () => {
    expect(parseAnsi('<b>hello</b>')).toEqual([{ text: '<b>hello</b>' }]);
  });

  it('cuts by colour and resets', () => {
    expect(parseAnsi(`a${ESC}[1;31mred${ESC}[0mb`)).toEqual([{ text: 'a' }, { text: 'red', bold: true, fg: 1 }, { text: 'b' }]);
  });

  it('knows bright, 256 and direct colours', () => {
    const [bright, cube, direct] = parseAnsi(`${ESC}[92mx${ESC}[38;5;196my${ESC}[38;2;1;2;255mz`);
    expect([bright?.fg, cube?.fg, direct?.fg]).toEqual([10, '#ff0000', '#0102ff']);
  });

  it('continues after an extended colour with the next code', () => {
    expect(parseAnsi(`${ESC}[48;5;1;4mx`)).toEqual([{ text: 'x', bg: 1, underline: true }]);
  });

  it('drops cursor movement, titles, links and bells', () => {
    expect(
      parseAnsi(`${ESC}[2K${ESC}]0;title\u0007ok${ESC}]8;;http://x${ESC}\\!\u0007`)
        .map(({ text }) => text)
        .join(''),
    ).toBe('ok!');
  });

  it('shows what a progress bar shows last', () => {
    expect(parseAnsi('10%\r50%\r100%\r')).toEqual([{ text: '100%' }]);
  });

  it('keeps tabs and survives a cut-off sequence', () => {
    expect(
      parseAnsi(`a\tb${ESC}[3`)
        .map(({ text }) => text)
        .join(''),
    ).toBe('a\tb3');
  });

  it('never lets a colour out that is not a colour', () => {
    expect(parseAnsi(`${ESC}[38;2;999;0;mx`)[0]?.fg).toBe('#ff0000');
    expect(parseAnsi(`${ESC}[38;5;999mx`)[0]?.fg).toBeUndefined();
  });
});

describe('stripAnsi', () => {
  it('leaves the text', () => expect(stripAnsi(`${ESC}[32mok${ESC}[0m done`)).toBe('ok done'));
});
