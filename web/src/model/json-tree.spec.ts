import { expect, it } from 'vitest';
import { jsonLines, searchJson } from './json-tree';

const document = { State: { Status: 'running', Pid: 7 }, Env: ['A=1', 'B=2'], Labels: {}, Gone: null };

it('folds out what is open only', () => {
  const lines = jsonLines(document, (path) => path === '$' || path === '$/State');
  expect(lines.map(({ name, text, size }) => `${name}:${text ?? size}`)).toEqual([
    'undefined:4',
    'State:2',
    'Status:"running"',
    'Pid:7',
    'Env:2',
    'Labels:0',
    'Gone:null',
  ]);
  expect(new Set(lines.map(({ path }) => path)).size).toBe(lines.length);
});

it('finds by name and by value, with what is above', () => {
  expect(searchJson(document, 'RUNN')).toEqual({ State: { Status: 'running' } });
  expect(searchJson(document, 'b=')).toEqual({ Env: ['B=2'] });
  expect(searchJson(document, 'state')).toEqual({ State: document.State });
  expect(searchJson(document, 'nowhere')).toBeUndefined();
});
