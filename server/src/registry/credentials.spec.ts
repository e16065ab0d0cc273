import { expect, it } from 'vitest';
import { ANONYMOUS, parseRegistryAuth } from './credentials.js';

const header = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

it('reads the header of clients', () => {
  expect(parseRegistryAuth(undefined)).toEqual(ANONYMOUS);
  expect(parseRegistryAuth(header({}))).toEqual(ANONYMOUS);
  expect(parseRegistryAuth(header(null))).toEqual(ANONYMOUS);
  expect(parseRegistryAuth(header({ username: 'ü', password: 'p:q', serveraddress: 'x' }))).toMatchObject({
    username: 'ü',
    password: 'p:q',
  });
  expect(parseRegistryAuth(header({ auth: Buffer.from('u:p:q').toString('base64') }))).toMatchObject({ username: 'u', password: 'p:q' });
  expect(parseRegistryAuth(header({ identitytoken: 'i', registrytoken: 'r' }))).toMatchObject({ identityToken: 'i', registryToken: 'r' });
});

it.each(['%', 'e30x', header({ username: 1 })])('refuses %s', (text) => {
  expect(() => parseRegistryAuth(text)).toThrow('invalid X-Registry-Auth header');
});
