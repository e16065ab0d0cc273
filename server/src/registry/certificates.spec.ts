import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { certificatesOf } from './certificates.js';
import { mirrorEndpoints } from './endpoint.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway-certs-'));
  mkdirSync(join(root, 'registry.example:5000'));
});
afterEach(() => rmSync(root, { recursive: true }));
const put = (name: string, content: string) => writeFileSync(join(root, 'registry.example:5000', name), content);

test('authorities and client certificates belong to one host and port', () => {
  put('ca.crt', 'CA');
  put('client.cert', 'CERT');
  put('client.key', 'KEY');
  put('README', '');
  expect(certificatesOf('registry.example:5000', root)).toMatchObject({ ca: ['CA'], cert: ['CERT'], key: ['KEY'] });
  expect(certificatesOf('registry.example', root)).toBeUndefined();
});

test('a client certificate without its key is refused by name', () => {
  put('client.cert', 'CERT');
  expect(() => certificatesOf('registry.example:5000', root)).toThrow(/missing key client\.key for client certificate client\.cert/);
});

test.each([
  ['https://mirror.example', [{ origin: 'https://mirror.example', verify: true, loopback: false }]],
  ['http://127.0.0.1:5000/', [{ origin: 'http://127.0.0.1:5000', verify: false, loopback: true }]],
])('mirror %s', (mirror, endpoints) => expect(mirrorEndpoints(mirror, [])).toEqual(endpoints));

test.each(['mirror.example', 'ftp://mirror.example', 'https://mirror.example/path'])('mirror %s is refused', (mirror) =>
  expect(() => mirrorEndpoints(mirror, [])).toThrow(/invalid mirror/),
);
