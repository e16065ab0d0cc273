import { describe, expect, it } from 'vitest';
import { canonical, familiar, parseReference, withDefaultTag } from './reference.js';

const DIGEST = `sha256:${'a1'.repeat(32)}`;

describe('parseReference', () => {
  it.each([
    ['busybox', 'docker.io/library/busybox', 'busybox'],
    ['busybox:1.36', 'docker.io/library/busybox:1.36', 'busybox:1.36'],
    ['library/busybox', 'docker.io/library/busybox', 'busybox'],
    ['docker.io/busybox', 'docker.io/library/busybox', 'busybox'],
    ['index.docker.io/library/busybox', 'docker.io/library/busybox', 'busybox'],
    ['someone/thing:v1', 'docker.io/someone/thing:v1', 'someone/thing:v1'],
    ['docker.io/library/a/b', 'docker.io/library/a/b', 'library/a/b'],
    ['localhost/thing', 'localhost/thing', 'localhost/thing'],
    ['localhost:5000/thing:t', 'localhost:5000/thing:t', 'localhost:5000/thing:t'],
    ['127.0.0.1:5000/a/b/c', '127.0.0.1:5000/a/b/c', '127.0.0.1:5000/a/b/c'],
    ['[::1]:5000/a', '[::1]:5000/a', '[::1]:5000/a'],
    ['Registry/thing', 'Registry/thing', 'Registry/thing'],
    ['registry.example/a_b/c__d/e--f.g', 'registry.example/a_b/c__d/e--f.g', 'registry.example/a_b/c__d/e--f.g'],
    [`busybox@${DIGEST}`, `docker.io/library/busybox@${DIGEST}`, `busybox@${DIGEST}`],
    [`busybox:1@${DIGEST}`, `docker.io/library/busybox:1@${DIGEST}`, `busybox:1@${DIGEST}`],
  ])('%s', (text, whole, short) => {
    expect(canonical(parseReference(text))).toBe(whole);
    expect(familiar(parseReference(text))).toBe(short);
  });

  it.each(['', ':', 'a:', '/a', 'a/', 'a//b', '../x:y', 'a/../b', 'a b', 'a:b c', '-a', 'a..b', 'a___b', 'a:.t', `a:${'t'.repeat(129)}`])(
    'refuses %j',
    (text) => expect(() => parseReference(text)).toThrow('invalid reference format'),
  );

  it.each([`a@sha256:12`, 'a@sha256', `a@${DIGEST}/..`, `a@../${DIGEST}`, `a@${DIGEST}@${DIGEST}`, `localhost/${'a'.repeat(256)}`])(
    'refuses %j',
    (text) => expect(() => parseReference(text)).toThrow('invalid reference format'),
  );

  it('tells that capitals are the matter', () => {
    expect(() => parseReference('BusyBox')).toThrow('invalid reference format: repository name (library/BusyBox) must be lowercase');
  });

  it('keeps names apart from IDs', () => {
    expect(() => parseReference('a1'.repeat(32))).toThrow('cannot specify 64-byte hexadecimal strings');
  });
});

describe('withDefaultTag', () => {
  it('adds latest to a mere name only', () => {
    expect(canonical(withDefaultTag(parseReference('a')))).toBe('docker.io/library/a:latest');
    expect(canonical(withDefaultTag(parseReference('a:b')))).toBe('docker.io/library/a:b');
    expect(canonical(withDefaultTag(parseReference(`a@${DIGEST}`)))).toBe(`docker.io/library/a@${DIGEST}`);
  });
});
