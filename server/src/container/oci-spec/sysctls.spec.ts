import { describe, expect, it } from 'vitest';
import { validateSysctls } from './sysctls.js';

describe('validateSysctls', () => {
  it('lets those of the container’s own namespaces through', () => {
    validateSysctls({ Sysctls: { 'net.ipv4.ip_forward': '1', 'kernel.msgmax': '9', 'fs.mqueue.msg_max': '5' } });
  });

  it.each([
    [{ Sysctls: { 'kernel.core_pattern': '|x' } }],
    [{ Sysctls: { 'net/../../kernel.core_pattern': '1' } }],
    [{ Sysctls: { 'net.ipv4.ip_forward': '1' }, NetworkMode: 'host' }],
    [{ Sysctls: { 'kernel.msgmax': '1' }, IpcMode: 'host' }],
    [{ Sysctls: { 'net.ipv4.ip_forward': '1\nkernel.x=2' } }],
  ])('refuses %j', (hostConfig) => expect(() => validateSysctls(hostConfig)).toThrow('sysctl'));
});
