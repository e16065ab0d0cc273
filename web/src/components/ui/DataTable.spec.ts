// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { expect, it } from 'vitest';
import { h } from 'vue';
import DataTable from './DataTable.vue';

interface Ship {
  name: string;
  fleet: string;
}

const ships: Ship[] = [
  { name: 'tug-10', fleet: '' },
  { name: 'tug-2', fleet: 'north' },
  { name: 'ferry', fleet: 'north' },
];

function table(props: object = {}) {
  return mount(DataTable<Ship>, {
    props: {
      label: 'Ships',
      rows: ships,
      columns: [{ key: 'name', label: 'Name', sort: ({ name }: Ship) => name }],
      keyOf: ({ name }: Ship) => name,
      nameOf: ({ name }: Ship) => name,
      order: { key: 'name', descending: false },
      ...props,
    },
    slots: { name: ({ row }: { row: Ship }) => h('b', row.name), empty: () => h('i', 'no ships') },
  });
}

const names = (shown: ReturnType<typeof table>) => shown.findAll('b').map((name) => name.text());

it('orders by a head, and the other way at the second click', async () => {
  const shown = table();
  expect(names(shown)).toEqual(['ferry', 'tug-2', 'tug-10']);
  await shown.get('th button').trigger('click');
  expect(names(shown)).toEqual(['tug-10', 'tug-2', 'ferry']);
  expect(shown.get('th').attributes('aria-sort')).toBe('descending');
});

it('groups', () => {
  const shown = table({ groupOf: ({ fleet }: Ship) => fleet });
  expect(shown.findAll('th[scope=colgroup]').map((head) => head.text())).toEqual(['north', '']);
  expect(names(shown)).toEqual(['ferry', 'tug-2', 'tug-10']);
});

it('selects one, and all', async () => {
  const shown = table({ selected: new Set<string>() });
  const boxes = shown.findAll('input[type=checkbox]');
  await boxes[1]!.setValue(true);
  expect([...(shown.emitted('update:selected')![0]![0] as Set<string>)]).toEqual(['ferry']);
  await boxes[0]!.setValue(true);
  expect((shown.emitted('update:selected')![1]![0] as Set<string>).size).toBe(3);
});

it('says what to do when it is empty, but not while it loads', () => {
  expect(table({ rows: [] }).text()).toContain('no ships');
  expect(table({ rows: [], loading: true }).text()).not.toContain('no ships');
});
