import { describe, expect, it } from 'vitest';
import { containerDefaults } from './container-defaults.js';
import { readFlags } from './flags.js';

const read = (...flags: string[]) => containerDefaults(readFlags(flags));

describe("containers' defaults", () => {
  it('are those of Docker', () => {
    expect(read()).toEqual({ ipcMode: 'private', cgroupnsMode: undefined, shmSize: 64 * 2 ** 20, noNewPrivileges: false, ulimits: [] });
  });

  it('come from flags, and from the file in its own form', () => {
    const flags = ['--default-ulimit=nofile=1024:2048', '--default-ulimit=core=-1', '--default-shm-size=1GiB', '--no-new-privileges'];
    expect(read(...flags, '--default-ipc-mode=shareable', '--default-cgroupns-mode=host')).toEqual({
      ipcMode: 'shareable',
      cgroupnsMode: 'host',
      shmSize: 2 ** 30,
      noNewPrivileges: true,
      ulimits: [
        { Name: 'nofile', Soft: 1024, Hard: 2048 },
        { Name: 'core', Soft: -1, Hard: -1 },
      ],
    });
    const file = { 'default-ulimit': { nofile: { Name: 'nofile', Soft: 5, Hard: 6 } } };
    expect(containerDefaults(file as never).ulimits).toEqual([{ Name: 'nofile', Soft: 5, Hard: 6 }]);
  });

  it.each([
    ['--default-ulimit=nofile=lots', '--default-ulimit: invalid ulimit nofile="lots"'],
    ['--default-ulimit=nofile=9:8', '--default-ulimit: invalid ulimit'],
    ['--default-ulimit=nofile=-1:8', '--default-ulimit: invalid ulimit'],
    ['--default-shm-size=big', '--default-shm-size must be a size'],
    ['--default-ipc-mode=host', '--default-ipc-mode must be private or shareable'],
    ['--default-cgroupns-mode=mine', '--default-cgroupns-mode must be host or private'],
  ])('%s is refused', (flag, message) => expect(() => read(flag)).toThrow(message));
});
