import { describe, expect, it } from 'vitest';
import { formatResolvConf, isReachable, parseResolvConf } from './resolv-conf.js';

describe('resolv.conf', () => {
  it('is read with its comments and its last search list, and written', () => {
    const conf = parseResolvConf(
      '# host\nnameserver 10.0.0.1 ; first\nnameserver ::1\ndomain old\nsearch a b\nsearch c\noptions ndots:2 rotate\noptions edns0\n',
    );
    expect(conf).toEqual({ nameservers: ['10.0.0.1', '::1'], search: ['c'], options: ['ndots:2', 'rotate', 'edns0'] });
    expect(formatResolvConf(conf)).toBe('nameserver 10.0.0.1\nnameserver ::1\nsearch c\noptions ndots:2 rotate edns0\n');
    expect(formatResolvConf({ nameservers: [], search: ['.'], options: [] })).toBe('');
    expect(formatResolvConf({ nameservers: ['::1'], search: [], options: [], comments: ['Overrides: []'] })).toMatch(
      /^# .*\n\nnameserver ::1\n\n# Overrides: \[\]\n$/,
    );
  });

  it('tells which servers a container can reach', () => {
    expect(['10.0.0.1', '127.0.0.53', '::1', 'fe80::1', '2001:db8::1'].filter(isReachable)).toEqual(['10.0.0.1', '2001:db8::1']);
  });
});
