import { describe, expect, it } from 'vitest';
import { endpointsOf } from './endpoint.js';

const origins = (domain: string, insecure: string[] = []) => endpointsOf(domain, insecure).map(({ origin }) => origin);

describe('endpointsOf', () => {
  it('reaches the Hub at its registry', () => {
    expect(endpointsOf('docker.io', [])).toEqual([{ origin: 'https://registry-1.docker.io', verify: true, loopback: false }]);
  });

  it.each(['localhost', 'localhost:5000', '127.0.0.1:5000', '127.8.9.1', '[::1]:5000'])('lets %s do without TLS', (domain) => {
    expect(endpointsOf(domain, [])).toEqual([
      { origin: `https://${domain}`, verify: false, loopback: true },
      { origin: `http://${domain}`, verify: false, loopback: true },
    ]);
  });

  it.each(['registry.example', 'localhost.example:5000', '127.0.0.1.example', '10.0.0.1:5000', 'localtest.me'])(
    'insists on TLS with %s',
    (domain) => {
      expect(endpointsOf(domain, [])).toEqual([{ origin: `https://${domain}`, verify: true, loopback: false }]);
    },
  );

  it('takes the insecure ones from the configuration: hosts as they are, ranges for literal addresses alone', () => {
    const insecure = ['registry.example:5000', 'plain.example', '10.1.0.0/16', 'fd00::/8'];
    expect(origins('registry.example:5000', insecure)).toHaveLength(2);
    expect(origins('registry.example', insecure)).toHaveLength(2);
    expect(origins('registry.example:5001', insecure)).toHaveLength(1);
    expect(origins('plain.example', insecure)).toHaveLength(2);
    expect(origins('10.1.2.3:5000', insecure)).toHaveLength(2);
    expect(origins('10.2.2.3:5000', insecure)).toHaveLength(1);
    expect(origins('[fd00::1]:5000', insecure)).toHaveLength(2);
  });
});
