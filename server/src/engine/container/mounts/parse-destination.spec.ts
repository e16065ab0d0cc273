import { describe, expect, it } from 'vitest';
import { parseDestination } from './parse-destination.js';
import { parseBind } from './parse-bind.js';
import { parseMount } from './parse-mount.js';

describe('parseBind', () => {
  it.each([
    ['/host:/c', { type: 'bind', source: '/host', destination: '/c', writable: true, propagation: 'rprivate' }],
    ['/host/:/c/../d:ro,rshared', { type: 'bind', source: '/host', destination: '/d', writable: false, propagation: 'rshared' }],
    ['data:/c:nocopy', { type: 'volume', name: 'data', destination: '/c', copyUp: false, anonymous: false }],
    ['/only', { type: 'volume', name: '', destination: '/only', copyUp: true, anonymous: true }],
  ])('reads %s', (text, expected) => expect(parseBind(text, {})).toMatchObject(expected));

  it.each(['/a:/b:/c:d', '', '/a:', '/a:/b:wrong', 'x/y:/c', '/a:relative'])('refuses "%s"', (text) => {
    expect(() => parseBind(text, {})).toThrow(/invalid/);
  });
});

describe('parseMount', () => {
  it('reads the three kinds', () => {
    expect(parseMount({ Type: 'bind', Source: '/tmp', Target: '/t', ReadOnly: true })).toMatchObject({
      type: 'bind',
      source: '/tmp',
      writable: false,
      strict: true,
    });
    expect(parseMount({ Type: 'volume', Source: 'v', Target: '/t' })).toMatchObject({
      type: 'volume',
      name: 'v',
      copyUp: true,
      anonymous: false,
    });
    expect(parseMount({ Type: 'tmpfs', Target: '/t', TmpfsOptions: { SizeBytes: 4096, Mode: 0o1777 } })).toMatchObject({
      options: ['size=4096', 'mode=1777'],
    });
  });

  it('says what is wrong', () => {
    expect(() => parseMount({ Type: 'bind', Source: '/does/not/exist', Target: '/t' })).toThrow(
      'invalid mount config for type "bind": bind source path does not exist: /does/not/exist',
    );
    expect(() => parseMount({ Type: 'volume' })).toThrow('field Target must not be empty');
    expect(() => parseMount({ Type: 'npipe', Target: '/t' })).toThrow('mount type unknown: "npipe"');
  });
});

it('refuses mount points where the runtime’s own protection is', () => {
  for (const path of ['/', '/..', 'relative', '/proc', '/proc/self/attr', '//proc/x'])
    expect(() => parseDestination(path)).toThrow(/invalid/);
  expect(parseDestination('/proc/cpuinfo')).toBe('/proc/cpuinfo');
  expect(parseDestination('/a//./b/')).toBe('/a/b');
});
