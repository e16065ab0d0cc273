import { describe, expect, it } from 'vitest';
import { resolveCapabilities } from './capabilities.js';
import { CAPABILITIES } from './host.js';

describe('resolveCapabilities', () => {
  it('adds and drops by name in any case, with or without CAP_', () => {
    const capabilities = resolveCapabilities({ add: ['net_admin'], drop: ['CAP_CHOWN', 'mknod'] }, CAPABILITIES);
    expect(capabilities).toContain('CAP_NET_ADMIN');
    expect(capabilities).not.toContain('CAP_CHOWN');
    expect(capabilities).toHaveLength(13);
  });

  it('drops all but what is added', () => {
    expect(resolveCapabilities({ add: ['KILL'], drop: ['ALL'] }, CAPABILITIES)).toEqual(['CAP_KILL']);
  });

  it('adds all but what is dropped', () => {
    expect(resolveCapabilities({ add: ['ALL'], drop: ['SYS_ADMIN'] }, CAPABILITIES)).toHaveLength(CAPABILITIES.length - 1);
  });

  it('refuses what does not exist or what the daemon does not have', () => {
    expect(() => resolveCapabilities({ add: ['FLY'] }, CAPABILITIES)).toThrow('invalid CapAdd: unknown capability: "FLY"');
    expect(() => resolveCapabilities({ drop: ['FLY'] }, CAPABILITIES)).toThrow('invalid CapDrop: unknown capability: "FLY"');
    expect(() => resolveCapabilities({ add: ['BPF'] }, ['CAP_KILL'])).toThrow('not available in the current environment: "CAP_BPF"');
  });
});
