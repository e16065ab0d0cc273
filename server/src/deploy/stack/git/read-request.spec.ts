import { expect, test } from 'vitest';
import { readRequest } from './read-request.js';
import type { GitStack } from './source.js';

const request = { url: 'https://git.example.org/shop.git', ref: '', path: '', user: '', token: undefined, poll: 0, hook: false };

test('what is left out is what repositories usually have', () => {
  expect(readRequest(request)).toEqual({ url: request.url, ref: 'HEAD', path: 'compose.yaml', user: '', poll: 0 });
  expect(readRequest({ ...request, url: ' git@github.com:a/b.git ', ref: 'v1', path: './deploy/../prod.yml', poll: 60 })).toMatchObject({
    url: 'ssh://git@github.com/a/b.git',
    ref: 'v1',
    path: 'prod.yml',
    poll: 60,
  });
});

test.each([
  [{ url: 'ext::sh -c id' }, 'is no address of a git repository'],
  [{ url: 'file:///etc' }, 'is no address of a git repository'],
  [{ url: 'https://ann:word@git.example.org/a.git' }, 'give them in their own fields'],
  [{ url: 'https://git.example.org/a.git#main' }, 'is no address of a git repository'],
  [{ ref: '--upload-pack=x' }, 'invalid git reference'],
  [{ ref: 'a b' }, 'invalid git reference'],
  [{ path: '../compose.yaml' }, 'is no path of a Compose file'],
  [{ path: '/etc/compose.yaml' }, 'is no path of a Compose file'],
  [{ path: 'deploy/' }, 'is no path of a Compose file'],
  [{ path: 'passwd' }, 'is no path of a Compose file'],
  [{ token: 'x' }, 'needs the name of its user'],
  [{ url: 'ssh://git@example.org/a.git', user: 'ann' }, 'begin with https://'],
  [{ user: 'ann', token: 'a\nb' }, 'one line each'],
  [{ poll: 9 }, 'every 10 seconds at most'],
])('%j is refused', (wrong, message) => expect(() => readRequest({ ...request, ...wrong })).toThrow(message));

test('a token stays with the repository that it was given for', () => {
  const source = readRequest({ ...request, user: 'ann', token: 'x' });
  const before = { source, token: true } as GitStack;
  const other = 'https://git.example.org/other.git';
  expect(readRequest({ ...request, user: 'ann', ref: 'other' }, before).ref).toBe('other');
  expect(readRequest({ ...request, user: 'ann', token: 'y', url: other }, before).url).toBe(other);
  expect(readRequest({ ...request, url: other }, before).url).toBe(other);
  expect(() => readRequest({ ...request, user: 'ann', url: other }, before)).toThrow('give the token again');
});
