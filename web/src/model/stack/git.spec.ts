import { expect, it } from 'vitest';
import { gitForm, gitRequest, isPlainHttp, pollsWith, pollUnit } from './git';

const settings = {
  url: 'https://x/a.git',
  ref: 'HEAD',
  path: 'a.yml',
  user: 'ann',
  token: true,
  poll: 90,
  hook: '/dashboard/hooks/x',
  asker: 'ann',
};

it('keeps the token that is kept unless another one is typed', () => {
  const form = gitForm(settings);
  expect(gitRequest(form)).toEqual({ url: 'https://x/a.git', ref: '', path: 'a.yml', user: 'ann', poll: 90, hook: true });
  expect(gitRequest({ ...form, token: 'new' }).token).toBe('new');
  expect(gitRequest({ ...form, user: '', token: 'new' })).not.toHaveProperty('token');
});

it('offers the time that is set among the usual ones', () => {
  expect(pollsWith('90')).toEqual([0, 60, 90, 300, 900, 3600, 86_400]);
  expect([0, 90, 300, 7200, 86_400].map(pollUnit)).toEqual([
    { unit: 'never', count: 0 },
    { unit: 'seconds', count: 90 },
    { unit: 'minutes', count: 5 },
    { unit: 'hours', count: 2 },
    { unit: 'days', count: 1 },
  ]);
});

it('knows what is not encrypted', () => {
  expect([' HTTP://x', 'https://x', 'ssh://x'].map(isPlainHttp)).toEqual([true, false, false]);
});
