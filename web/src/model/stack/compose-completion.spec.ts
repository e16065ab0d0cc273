import { describe, expect, it } from 'vitest';
import type { StackKey } from '@/client/stacks';
import { keyPath, keysAt } from './compose-completion';

const file = `name: shop
services:
  web:
    image: nginx
    deploy:
      resources:
        limits:
          cpus: 1
    # a comment
    ports:
      - target: 80
`.split('\n');

describe('the keys above a line', () => {
  it.each([
    ['', []],
    ['  ', ['services']],
    ['    ima', ['services', 'web']],
    ['      ', ['services', 'web', 'ports']],
    ['      - ', ['services', 'web', 'ports']],
  ])('%j', (line, path) => expect(keyPath(file.slice(0, -1), line)).toEqual(path));

  it('are those of the nearest line that is further left', () => {
    expect(keyPath(file.slice(0, 7), '          cp')).toEqual(['services', 'web', 'deploy', 'resources', 'limits']);
  });
});

it('offers what may stand there, but no names of people’s own', () => {
  const key = (name: string, kind: StackKey['kind'], keys?: StackKey[]): StackKey => ({ name, help: '', kind, ...(keys && { keys }) });
  const keys = [key('services', 'named', [key('image', 'value'), key('deploy', 'mapping', [key('replicas', 'value')])])];
  const names = (...path: string[]) => keysAt(keys, path).map(({ name }) => name);
  expect(names()).toEqual(['services']);
  expect(names('services')).toEqual([]);
  expect(names('services', 'web')).toEqual(['image', 'deploy']);
  expect(names('services', 'web', 'deploy')).toEqual(['replicas']);
  expect(names('services', 'web', 'nothing')).toEqual([]);
});
