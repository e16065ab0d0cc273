import { expect, it } from 'vitest';
import { groupRows, sortRows } from './table';

const rows = [
  { name: 'web-10', size: 5, project: '' },
  { name: 'web-2', size: 5, project: 'shop' },
  { name: 'db', size: 1, project: 'blog' },
];
const columns = [
  { key: 'name', label: 'Name', sort: (row: (typeof rows)[number]) => row.name },
  { key: 'size', label: 'Size', sort: (row: (typeof rows)[number]) => row.size },
];

it('orders numbers in names as people do', () => {
  expect(sortRows(rows, columns, { key: 'name', descending: false }).map(({ name }) => name)).toEqual(['db', 'web-2', 'web-10']);
});

it('keeps the order of equals, both ways', () => {
  expect(sortRows(rows, columns, { key: 'size', descending: true }).map(({ name }) => name)).toEqual(['web-10', 'web-2', 'db']);
});

it('groups by name, the nameless last', () => {
  expect(groupRows(rows, ({ project }) => project).map(({ name }) => name)).toEqual(['blog', 'shop', '']);
});
