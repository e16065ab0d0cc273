import { describe, expect, it } from 'vitest';
import { resolveUser } from './user.js';

const files = {
  passwd: 'root:x:0:0:root:/root:/bin/sh\nweb:x:33:33::/srv:/bin/sh\n1000:x:0:0::/evil:/bin/sh\nbroken\n',
  group: 'root:x:0:\nwheel:x:10:root,web\nweb:x:33:\nvideo:x:44:web\n',
};

describe('resolveUser', () => {
  it.each([
    ['', { uid: 0, gid: 0, additionalGids: [0, 10], home: '/root' }],
    ['web', { uid: 33, gid: 33, additionalGids: [33, 10, 44], home: '/srv' }],
    ['33', { uid: 33, gid: 33, additionalGids: [33, 10, 44], home: '/srv' }],
    ['web:video', { uid: 33, gid: 44, additionalGids: [44], home: '/srv' }],
    ['5:6', { uid: 5, gid: 6, additionalGids: [6], home: '/' }],
  ])('finds %s', (user, expected) => expect(resolveUser(user, files)).toEqual(expected));

  it('never takes digits for a name', () => expect(resolveUser('1000', files)).toMatchObject({ uid: 1000, gid: 0 }));

  it('adds further groups by name and number', () => {
    expect(resolveUser('web', files, ['video', '99', '10']).additionalGids).toEqual([33, 10, 44, 99]);
  });

  it.each(['2147483648', '4294967296', '-1', '0:4294967296'])('refuses %s', (user) => {
    expect(() => resolveUser(user, files)).toThrow('must be in range 0-2147483647');
  });

  it('names the user or group that is missing', () => {
    expect(() => resolveUser('nobody', files)).toThrow('unable to find user nobody: no matching entries in passwd file');
    expect(() => resolveUser('web:nogroup', files)).toThrow('unable to find group nogroup: no matching entries in group file');
  });
});
