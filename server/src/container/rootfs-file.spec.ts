import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { markOpaque } from './testing/opaque.js';
import { layersOf, readRootfsFile } from './rootfs-file.js';

describe('readRootfsFile', () => {
  let root: string;
  let upper: string;
  let lower: string;
  const read = (path = '/etc/passwd') => readRootfsFile([upper, lower], path, 1000);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'rootfs-'));
    [upper, lower] = [join(root, 'upper'), join(root, 'lower')];
    mkdirSync(join(upper, 'etc'), { recursive: true });
    mkdirSync(join(lower, 'etc'), { recursive: true });
    writeFileSync(join(lower, 'etc/passwd'), 'lower');
    writeFileSync(join(root, 'secret'), 'secret');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('finds the uppermost one', () => {
    expect(read()).toBe('lower');
    writeFileSync(join(upper, 'etc/passwd'), 'upper');
    expect(read()).toBe('upper');
  });

  it('sees that it was deleted (needs root, for mknod)', () => {
    execFileSync('mknod', [join(upper, 'etc/passwd'), 'c', '0', '0']);
    expect(read()).toBe('');
  });

  it('sees that its folder was made anew (needs root, for setfattr)', () => {
    markOpaque(join(upper, 'etc'));
    expect(read()).toBe('');
    writeFileSync(join(upper, 'etc/passwd'), 'upper');
    expect(read()).toBe('upper');
  });

  it('follows links inside the rootfs and never out of it', () => {
    symlinkSync('/etc/passwd', join(upper, 'etc/link'));
    expect(read('/etc/link')).toBe('lower');
    symlinkSync(join(root, 'secret'), join(upper, 'etc/absolute'));
    symlinkSync('../../secret', join(upper, 'etc/relative'));
    symlinkSync(root, join(upper, 'folder'));
    symlinkSync('/etc/loop', join(upper, 'etc/loop'));
    for (const path of ['/etc/absolute', '/etc/relative', '/folder/secret', '/etc/loop', '/../secret']) expect(read(path)).toBe('');
  });

  it('neither blocks on a FIFO nor reads a huge file', () => {
    execFileSync('mkfifo', [join(upper, 'etc/passwd')]);
    expect(read()).toBe('');
    writeFileSync(join(upper, 'etc/group'), '');
    truncateSync(join(upper, 'etc/group'), 2 ** 31);
    expect(read('/etc/group')).toBe('');
  });
});

describe('layersOf', () => {
  it('takes the folders out of the mount options', () => {
    expect(layersOf([{ type: 'overlay', source: 'overlay', options: ['lowerdir=/a:/b', 'upperdir=/u', 'workdir=/w'] }])).toEqual([
      '/u',
      '/a',
      '/b',
    ]);
    expect(layersOf([{ type: 'bind', source: '/only', options: ['ro', 'rbind'] }])).toEqual(['/only']);
  });
});
