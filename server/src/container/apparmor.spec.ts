import { describe, expect, it } from 'vitest';
import { apparmorProfile } from './apparmor.js';
import { parseSecurityOptions } from './oci-spec/security-options.js';

describe('apparmorProfile', () => {
  const chosen = (options: string[], Privileged = false, supported = true) =>
    apparmorProfile(parseSecurityOptions(options).apparmor, { Privileged }, supported);

  it('is the default one, none for privileged containers, or the one that is named', () => {
    expect(chosen([])).toBe('slipway-default');
    expect(chosen([], true)).toBe('unconfined');
    expect(chosen(['apparmor=mine'])).toBe('mine');
    expect(chosen(['apparmor:mine'], true)).toBe('mine');
    expect(chosen(['apparmor=unconfined'])).toBe('unconfined');
  });

  it('is none where the kernel has no AppArmor', () => {
    expect(chosen(['apparmor=mine'], false, false)).toBeUndefined();
  });
});
