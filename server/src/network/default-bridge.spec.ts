import { describe, expect, it } from 'vitest';
import type { Network } from '../api/generated/types.gen.js';
import type { DaemonConfig } from '../base/config.js';
import { configure } from '../daemon/settings/configuration.js';
import { BridgeDriver } from '../drivers/networkdriver/bridge/driver.js';
import { defaultBridgeRequest, differsFromFlags } from './default-bridge.js';
import { toNetwork } from './network-config.js';

const ground = { networks: [], host: [], pools: [] };
const made = (config: DaemonConfig): Network =>
  toNetwork(defaultBridgeRequest(config), new BridgeDriver('swtest', config.packetFilter), ground);
const isKept = (before: object, after: object) => !differsFromFlags(made(configure(before)), defaultBridgeRequest(configure(after)));

describe('the default bridge', () => {
  it('is what the flags say', () => {
    const flags = {
      bip: '10.9.0.1/16',
      'fixed-cidr': '10.9.4.0/24',
      ipv6: true,
      'fixed-cidr-v6': 'fd00:9::4:0/112',
      bip6: 'fd00:9::9/64',
      'default-gateway': '10.9.0.254',
      'default-gateway-v6': 'fd00:9::fe',
      mtu: 1400,
      icc: false,
      'ip-masq': false,
      ip: '127.0.0.1',
    };
    expect(made(configure(flags))).toMatchObject({
      Name: 'bridge',
      EnableIPv6: true,
      Options: {
        'com.docker.network.bridge.enable_icc': 'false',
        'com.docker.network.bridge.enable_ip_masquerade': 'false',
        'com.docker.network.bridge.host_binding_ipv4': '127.0.0.1',
        'com.docker.network.driver.mtu': '1400',
      },
      IPAM: {
        Config: [
          {
            Subnet: '10.9.0.0/16',
            Gateway: '10.9.0.1',
            IPRange: '10.9.4.0/24',
            AuxiliaryAddresses: { DefaultGatewayIPv4: '10.9.0.254' },
          },
          {
            Subnet: 'fd00:9::/64',
            Gateway: 'fd00:9::9',
            IPRange: 'fd00:9::4:0/112',
            AuxiliaryAddresses: { DefaultGatewayIPv6: 'fd00:9::fe' },
          },
        ],
      },
    });
    expect(made(configure({ ipv6: true })).IPAM.Config?.map(({ Subnet: subnet }) => subnet)).toEqual([
      '172.17.0.0/16',
      expect.stringMatching(/^fd/),
    ]);
  });

  it('stays as it is for as long as the flags do', () => {
    expect(isKept({}, {})).toBe(true);
    expect(isKept({ bip: '10.9.0.1/16', ipv6: true }, { bip: '10.9.0.1/16', ipv6: true })).toBe(true);
    expect(isKept({ bip: '10.9.0.1/16' }, {})).toBe(true);
    for (const after of [{ bip: '10.9.0.2/16' }, { bip: '10.8.0.1/16' }, { ipv6: true }, { mtu: 1400 }, { icc: false }, { ip: '10.0.0.1' }])
      expect(isKept({ bip: '10.9.0.1/16' }, after)).toBe(false);
    const ranged = { bip: '10.9.0.1/16', 'fixed-cidr': '10.9.4.0/24' };
    expect(isKept(ranged, ranged)).toBe(true);
    expect(isKept(ranged, { bip: '10.9.0.1/16' })).toBe(false);
  });

  it('refuses addresses that are none', () => {
    expect(() => configure({ ip: 'here' })).toThrow('--ip here');
    expect(() => configure({ mtu: 10 })).toThrow('--mtu 10');
    expect(() => configure({ 'fixed-cidr': '10.9.4.0' })).toThrow('--fixed-cidr');
    expect(() => configure({ 'fixed-cidr-v6': 'fd00::/64' })).toThrow('--ipv6');
  });
});
