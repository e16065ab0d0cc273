import { expect, it } from 'vitest';
import { checkPassword, hashPassword, verifyPassword } from './password.js';

it('verifies what it hashed and nothing else', async () => {
  const hashed = await hashPassword('correct horse');
  expect(hashed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await verifyPassword('correct horse', hashed)).toBe(true);
  expect(await verifyPassword('correct horsE', hashed)).toBe(false);
  expect(await hashPassword('correct horse')).not.toBe(hashed);
});

it('reads hashes that other software made with other costs', async () => {
  // From the test vectors of the reference implementation: password "password", salt "somesalt", m=256, t=2, p=1.
  const hashed = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';
  expect(await verifyPassword('password', hashed)).toBe(true);
  expect(await verifyPassword('passwore', hashed)).toBe(false);
});

it('takes the same letters from every keyboard', async () => {
  expect(await verifyPassword('Ångström!', await hashPassword('A\u030angstro\u0308m!'))).toBe(true);
});

it('asks for ten characters', () => {
  expect(() => checkPassword('123456789')).toThrow('at least 10 characters');
  expect(() => checkPassword('1234567890')).not.toThrow();
});
