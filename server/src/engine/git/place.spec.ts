import { describe, expect, test } from 'vitest';
import { isGit, parseGitUrl } from './place.js';

describe('git contexts', () => {
  test.each([
    ['https://example.com/a.git', { url: 'https://example.com/a.git', ref: 'HEAD', folder: '' }],
    ['https://example.com/a.git#v1:docker/web', { url: 'https://example.com/a.git', ref: 'v1', folder: 'docker/web' }],
    ['github.com/a/b#:sub', { url: 'https://github.com/a/b', ref: 'HEAD', folder: 'sub' }],
    ['git@example.com:a/b.git', { url: 'ssh://git@example.com/a/b.git', ref: 'HEAD', folder: '' }],
    ['git://example.com/a', { url: 'git://example.com/a', ref: 'HEAD', folder: '' }],
  ])('%s', (remote, place) => {
    expect(isGit(remote)).toBe(true);
    expect(parseGitUrl(remote)).toEqual(place);
  });

  test.each(['https://example.com/a.tar.gz', 'http://example.com/Dockerfile', '-'])('%s is none', (remote) =>
    expect(isGit(remote)).toBe(false),
  );

  test.each([
    'git@example.com:--upload-pack=touch /x',
    'git@-oProxyCommand=x:a',
    'ssh://-oProxyCommand=x/a.git',
    'git://example.com/a#--upload-pack=x',
    'git://example.com/a#a..b',
    'git://example.com/a#x y',
    'git://example.com/a\n#x',
    'git@ext::sh -c id:x.git',
    'github.com/a/b#x:y:z',
  ])('%j is refused', (remote) => expect(() => parseGitUrl(remote)).toThrow(/invalid git/));
});
