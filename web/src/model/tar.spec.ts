import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { tarOf } from './tar';

it('makes what tar(1) reads, names of any length included', async () => {
  const long = `${'a-long-folder-name/'.repeat(8)}ünï.txt`;
  const tar = Buffer.from(
    await tarOf([
      { path: 'Dockerfile', content: new Blob(['FROM scratch\n']) },
      { path: long, content: new Blob(['x'.repeat(513)]) },
      { path: 'run.sh', content: new Blob([]), executable: true },
    ]).arrayBuffer(),
  );
  expect(tar.length % 512).toBe(0);
  const env = { ...process.env, LC_ALL: 'C.UTF-8' };
  expect(execFileSync('tar', ['-tf', '-'], { input: tar, env }).toString().trim().split('\n')).toEqual(['Dockerfile', long, 'run.sh']);
  expect(execFileSync('tar', ['-xOf', '-', 'Dockerfile'], { input: tar }).toString()).toBe('FROM scratch\n');
  expect(execFileSync('tar', ['-xOf', '-', long], { input: tar, env }).length).toBe(513);
  expect(execFileSync('tar', ['-tvf', '-'], { input: tar }).toString()).toMatch(/-rwxr-xr-x.*run\.sh/);
});
