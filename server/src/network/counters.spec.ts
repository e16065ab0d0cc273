import { expect, it } from 'vitest';
import { networkCounters, parseCounters } from './counters.js';

it('reads the counters of interfaces, without loopback', () => {
  const table =
    'Inter-|   Receive                                                |  Transmit\n' +
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n' +
    '    lo:     100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0\n' +
    '  eth0:    1500      11    2    3    0     0          0         0     2500      12    4    5    0     0       0          0\n';
  expect(parseCounters(table)).toEqual({
    eth0: { rx_bytes: 1500, rx_packets: 11, rx_errors: 2, rx_dropped: 3, tx_bytes: 2500, tx_packets: 12, tx_errors: 4, tx_dropped: 5 },
  });
});

it('has none of a process that has ended', async () => {
  expect(await networkCounters(0x7ffffff0)).toEqual({});
});
