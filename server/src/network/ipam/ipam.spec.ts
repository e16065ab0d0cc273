import { describe, expect, it } from 'vitest';
import { formatAddress, formatSubnet, overlaps, parseAddress, parseSubnet } from './cidr.js';
import { firstAddress, pickIpv4Subnet, pickIpv6Subnet } from './default-pools.js';
import { parseRoutes } from './host-subnets.js';
import { AddressPool } from './pool.js';

describe('addresses and subnets', () => {
  it('reads and writes both families', () => {
    for (const text of ['0.0.0.0', '172.17.0.2', '255.255.255.255', '::', '::1', 'fd00:1::2', '2001:db8:1:2:3:4:5:6'])
      expect(formatAddress(parseAddress(text) as never)).toBe(text);
    expect(formatAddress(parseAddress('::ffff:1.2.3.4') as never)).toBe('::ffff:102:304');
    for (const text of ['', '1.2.3', '1.2.3.256', 'fe80::1%eth0', 'x']) expect(parseAddress(text)).toBeUndefined();
  });

  it('knows what a subnet spans', () => {
    expect(formatSubnet(parseSubnet('172.17.5.1/16'))).toBe('172.17.0.0/16');
    expect(firstAddress(parseSubnet('fd00:1::/64'))).toBe('fd00:1::1');
    expect(overlaps(parseSubnet('10.0.0.0/8'), parseSubnet('10.9.0.0/24'))).toBe(true);
    expect(overlaps(parseSubnet('10.0.0.0/24'), parseSubnet('10.0.1.0/24'))).toBe(false);
    for (const text of ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/', 'x/8', 'fd00::/129'])
      expect(() => parseSubnet(text)).toThrow('invalid subnet');
  });

  it('reads the routes of the host, without the default ones', () => {
    const table =
      'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n' +
      'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n' +
      'eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n';
    expect(parseRoutes(table).map(formatSubnet)).toEqual(['172.17.0.0/16']);
  });

  it('picks a subnet that nobody has', () => {
    expect(pickIpv4Subnet([])).toBe('172.17.0.0/16');
    expect(pickIpv4Subnet([parseSubnet('172.17.9.0/24'), parseSubnet('172.18.0.0/15')])).toBe('172.20.0.0/16');
    expect(pickIpv4Subnet([parseSubnet('172.16.0.0/12')])).toBe('192.168.0.0/20');
    expect(() => pickIpv4Subnet([parseSubnet('172.16.0.0/12'), parseSubnet('192.168.0.0/16')])).toThrow('fully subnetted');
    expect(pickIpv6Subnet()).toMatch(/^fd[0-9a-f:]+::\/64$/);
  });

  it("picks from the daemon's own pools", () => {
    const pools = [
      { base: '10.50.0.0/23', size: 24 },
      { base: 'fd12::/16', size: 64 },
    ];
    expect(pickIpv4Subnet([], pools)).toBe('10.50.0.0/24');
    expect(pickIpv4Subnet([parseSubnet('10.50.0.128/25')], pools)).toBe('10.50.1.0/24');
    expect(() => pickIpv4Subnet([parseSubnet('10.0.0.0/8')], pools)).toThrow('fully subnetted');
    expect(pickIpv6Subnet([parseSubnet('fd12::/17')], pools)).toBe('fd12:8000::/64');
    expect(() => pickIpv6Subnet([parseSubnet('fd00::/8')], pools)).toThrow('fully subnetted');
  });
});

describe('address pool', () => {
  const config = { Subnet: '10.9.0.0/29', Gateway: '10.9.0.1', AuxiliaryAddresses: { printer: '10.9.0.3' } };

  it('hands out the lowest free address, until none is left', () => {
    const pool = new AddressPool(config);
    expect([1, 2, 3, 4].map(() => pool.allocate())).toEqual(['10.9.0.2', '10.9.0.4', '10.9.0.5', '10.9.0.6']);
    expect(() => pool.allocate()).toThrow('no available IPv4 addresses');
    pool.release('10.9.0.4');
    pool.release('10.9.0.4');
    expect(pool.usage()).toEqual({ inUse: 7, available: 1 });
    expect(pool.allocate()).toBe('10.9.0.4');
  });

  it('hands out the address that is asked for, once', () => {
    const pool = new AddressPool(config);
    expect(pool.allocate('10.9.0.5')).toBe('10.9.0.5');
    expect(() => pool.allocate('10.9.0.5')).toThrow('Address already in use');
    expect(() => pool.allocate('10.9.0.3')).toThrow('Address already in use');
    expect(() => pool.allocate('10.9.1.5')).toThrow('no configured subnet contains IP address 10.9.1.5');
    expect(() => pool.allocate('x')).toThrow('invalid address');
  });

  it('keeps to its range', () => {
    const pool = new AddressPool({ Subnet: '10.9.0.0/24', IPRange: '10.9.0.128/30' });
    expect([1, 2, 3, 4].map(() => pool.allocate())).toEqual(['10.9.0.128', '10.9.0.129', '10.9.0.130', '10.9.0.131']);
    expect(() => pool.allocate()).toThrow('no available');
    expect(pool.allocate('10.9.0.7')).toBe('10.9.0.7');
    expect(() => new AddressPool({ Subnet: '10.9.0.0/24', IPRange: '10.8.0.0/25' })).toThrow('is not in subnet');
  });
});
