import { expect, it } from 'vitest';
import { humanDuration, portSummaries } from './summary.js';

it.each([
  [0.4, 'Less than a second'],
  [1, '1 second'],
  [59, '59 seconds'],
  [60, 'About a minute'],
  [119, 'About a minute'],
  [120, '2 minutes'],
  [45 * 60, '45 minutes'],
  [60 * 60, 'About an hour'],
  [5 * 3600, '5 hours'],
  [47 * 3600, '47 hours'],
  [3 * 86400, '3 days'],
  [15 * 86400, '2 weeks'],
  [70 * 86400, '2 months'],
  [800 * 86400, '2 years'],
])('says %d seconds as %s', (seconds, words) => expect(humanDuration(seconds)).toBe(words));

it('lists ports once for each address, and those that are only exposed', () => {
  const ports = {
    '80/tcp': [
      { HostIp: '0.0.0.0', HostPort: '8080' },
      { HostIp: '::', HostPort: '8080' },
    ],
    '53/udp': null,
  };
  expect(portSummaries(ports)).toEqual([
    { IP: '0.0.0.0', PrivatePort: 80, Type: 'tcp', PublicPort: 8080 },
    { IP: '::', PrivatePort: 80, Type: 'tcp', PublicPort: 8080 },
    { PrivatePort: 53, Type: 'udp' },
  ]);
});
