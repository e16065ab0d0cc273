import type { AuditEntry } from '@/client/audit';

/** Kinds of things that have a page of their own, by how they are found there. */
const PAGES: Readonly<Record<string, string>> = {
  container: '/containers',
  image: '/images',
  network: '/networks',
  volume: '/volumes',
  stack: '/stacks',
};

/** The page of what an entry is about; undefined where there is none. */
export function pageOf({ kind, object }: Pick<AuditEntry, 'kind' | 'object'>): string | undefined {
  if (kind === 'user') return '/users';
  const page = PAGES[kind];
  return page && object ? `${page}/${encodeURIComponent(object)}` : undefined;
}

/** The name of an operation in words: `Container start`. */
export function operationWords(operation: string): string {
  const words = operation.replace(/^Dashboard/, '').replaceAll(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return words;
}
