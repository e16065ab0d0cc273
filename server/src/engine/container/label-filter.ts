import type { Filters } from '../../base/filters.js';

/** Whether labels satisfy the filters `label` (all of them) and `label!` (none of them): `key` or `key=value`. */
export function matchesLabels(labels: Readonly<Record<string, string>>, filters: Filters): boolean {
  const has = (filter: string) => {
    const [key = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(filter)?.slice(1) ?? [];
    return key in labels && (value === undefined || labels[key] === value);
  };
  return (filters.get('label') ?? []).every(has) && !(filters.get('label!') ?? []).some(has);
}
