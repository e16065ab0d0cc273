import { expect, test } from 'vitest';
import type { DiskUsage } from '@/client/disk';
import { prunables } from './prune';

const usage = {
  images: {
    total: 0,
    items: [
      { Id: 'sha256:used', RepoTags: ['a:1'], Size: 10, SharedSize: 0, Containers: 1 },
      { Id: 'sha256:idle', RepoTags: ['b:1'], Size: 100, SharedSize: 60, Containers: 0 },
      { Id: 'sha256:0123456789abcdef', RepoTags: [], Size: 5, SharedSize: -1, Containers: 0 },
    ],
  },
  containers: {
    total: 0,
    items: [
      { Id: 'c1', Names: ['/up'], State: 'running', Status: 'Up', SizeRw: 7 },
      { Id: 'c2', Names: ['/down'], State: 'exited', Status: 'Exited (0)', SizeRw: 70 },
    ],
  },
  volumes: {
    total: 0,
    items: [
      { Name: 'data', UsageData: { Size: 50, RefCount: 0 } },
      { Name: 'busy', UsageData: { Size: 50, RefCount: 1 } },
    ],
  },
} as unknown as DiskUsage;

test('all that nobody uses, by what its removal frees', () => {
  const logs = [{ id: 'l', name: 'gone', service: 'gone', project: '', image: '', created: '', removed: '2026', size: 3 }];
  const found = prunables(usage, logs);
  expect(found.map(({ name, size }) => [name, size])).toEqual([
    ['down', 70],
    ['data', 50],
    ['b:1', 40],
    ['0123456789ab', 5],
    ['gone', 3],
  ]);
  expect(found.filter(({ harmless }) => harmless).map(({ name }) => name)).toEqual(['0123456789ab', 'gone']);
});
