import type { Right } from '../../engine/access/index.js';

/** What an operation may be about, by what its path or query names. */
export const SUBJECTS = ['container', 'exec', 'network', 'volume', 'stack', 'task', 'terminal', 'log', 'files', 'series'] as const;
export type Subject = (typeof SUBJECTS)[number];

/** Who may ask for an operation, as `x-slipway-access` of the documents says. */
export type AccessRule =
  | { readonly who: 'anyone' }
  /** A person who has signed in, for what is their own; not a program with their token. */
  | { readonly who: 'session' }
  /** Whoever has the right to what is named. */
  | { readonly who: 'right'; readonly right: Right; readonly of: Subject }
  /** Whoever has the right somewhere (any, listed) or everywhere (host). Of a `listed` answer they get what they may see. */
  | { readonly who: 'right'; readonly right: Right; readonly of: 'any' | 'listed' | 'host' };

const PLACES: readonly string[] = [...SUBJECTS, 'any', 'listed', 'host'];

/** @throws Error for an operation without a rule, or with one that is not understood: there must be none */
export function readAccessRule(operation: string, text: unknown): AccessRule {
  if (text === 'anyone' || text === 'session') return { who: text };
  if (text === 'admin') return { who: 'right', right: 'admin', of: 'host' };
  const [, right, of] = /^(view|operate) (\w+)$/.exec(String(text)) ?? [];
  if (!right || !of || !PLACES.includes(of)) throw new Error(`the document does not say who may ask for ${operation}: ${String(text)}`);
  return { who: 'right', right, of } as AccessRule;
}
