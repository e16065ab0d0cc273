import { expect, it } from 'vitest';
import { parseChallenges } from './challenge.js';

it('reads what registries send', () => {
  expect(parseChallenges('Bearer realm="https://auth.example/token",service="registry, one",scope="repository:a/b:pull,push"')).toEqual([
    { scheme: 'bearer', parameters: { realm: 'https://auth.example/token', service: 'registry, one', scope: 'repository:a/b:pull,push' } },
  ]);
  expect(parseChallenges(['Basic realm=simple', 'Negotiate'])).toEqual([
    { scheme: 'basic', parameters: { realm: 'simple' } },
    { scheme: 'negotiate', parameters: {} },
  ]);
  expect(parseChallenges('Basic realm="a \\"b\\"", Bearer realm="c"')).toEqual([
    { scheme: 'basic', parameters: { realm: 'a "b"' } },
    { scheme: 'bearer', parameters: { realm: 'c' } },
  ]);
  expect(parseChallenges(undefined)).toEqual([]);
});
