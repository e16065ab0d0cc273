/** A column of a list; `sort` gives what rows are ordered by. */
export interface Column<Row> {
  key: string;
  label: string;
  sort?: (row: Row) => string | number;
  /** Tailwind classes of its cells. */
  look?: string;
  /** On a phone: the head of the card, a line with its label, or nothing. */
  card?: 'head' | 'line' | 'none';
}

export interface Sorting {
  key: string;
  descending: boolean;
}

export interface Group<Row> {
  name: string;
  rows: Row[];
}

/** The rows in order; equal ones stay as they were. */
export function sortRows<Row>(rows: Row[], columns: Column<Row>[], { key, descending }: Sorting): Row[] {
  const by = columns.find((column) => column.key === key)?.sort;
  if (!by) return rows;
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => sign * compare(by(a), by(b)));
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

const compare = (a: string | number, b: string | number): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));

/** Groups by name, in the order of names; rows without one come last. */
export function groupRows<Row>(rows: Row[], nameOf: (row: Row) => string): Group<Row>[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const name = nameOf(row);
    const group = groups.get(name);
    if (group) group.push(row);
    else groups.set(name, [row]);
  }
  return [...groups]
    .map(([name, members]) => ({ name, rows: members }))
    .sort((a, b) => (a.name === '' ? 1 : b.name === '' ? -1 : collator.compare(a.name, b.name)));
}
