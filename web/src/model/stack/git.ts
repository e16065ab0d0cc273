import type { GitRequest, GitSettings } from '@/client/git-stacks';

/** Times between two looks at a repository that are offered, in seconds. */
export const POLLS: readonly number[] = [0, 60, 300, 900, 3600, 86_400];

/** The fields of a source as the form has them. */
export interface GitForm {
  url: string;
  ref: string;
  path: string;
  user: string;
  /** Empty leaves the one that is kept. */
  token: string;
  /** Of a select field, which has texts. */
  poll: string;
  hook: boolean;
}

export function gitForm(settings?: GitSettings): GitForm {
  if (!settings) return { url: '', ref: '', path: 'compose.yaml', user: '', token: '', poll: '0', hook: false };
  const { url, ref, path, user, poll, hook } = settings;
  return { url, ref: ref === 'HEAD' ? '' : ref, path, user, token: '', poll: String(poll), hook: hook !== '' };
}

/** What the daemon is told. */
export function gitRequest({ token, poll, ...form }: GitForm): GitRequest {
  return { ...form, poll: Number(poll), ...(token && form.user && { token }) };
}

/** The times that are offered, with the one that is set. */
export function pollsWith(poll: string): number[] {
  return [...new Set([...POLLS, Number(poll)])].sort((a, b) => a - b);
}

/** The largest unit that a poll is a whole number of. */
export function pollUnit(seconds: number): { unit: 'never' | 'seconds' | 'minutes' | 'hours' | 'days'; count: number } {
  if (seconds === 0) return { unit: 'never', count: 0 };
  for (const [unit, length] of [
    ['days', 86_400],
    ['hours', 3600],
    ['minutes', 60],
  ] as const)
    if (seconds % length === 0) return { unit, count: seconds / length };
  return { unit: 'seconds', count: seconds };
}

/** As git shows commits to people. */
export const shortCommit = (commit: string): string => commit.slice(0, 8);

/** Whether what is sent to the repository can be read on its way. */
export const isPlainHttp = (url: string): boolean => /^\s*http:\/\//i.test(url);
