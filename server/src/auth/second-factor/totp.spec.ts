import { expect, it } from 'vitest';
import { matchTotp, newTotpSecret, stepOf, totpCode, totpUri } from './totp.js';

/** The secret of RFC 6238, appendix B: the text 12345678901234567890. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

it.each([
  [59, '287082'],
  [1111111109, '081804'],
  [1111111111, '050471'],
  [1234567890, '005924'],
  [2000000000, '279037'],
  [20000000000, '353130'],
])('at %i seconds is that of RFC 6238', (seconds, code) => {
  expect(totpCode(SECRET, stepOf(seconds * 1000))).toBe(code);
  expect(matchTotp(SECRET, code, 0, seconds * 1000)).toBe(stepOf(seconds * 1000));
});

it('is taken from a clock that is half a minute off, once', () => {
  const now = 1_800_000_015_000;
  const code = totpCode(SECRET, stepOf(now));
  expect(matchTotp(SECRET, code, 0, now + 30_000)).toBe(stepOf(now));
  expect(matchTotp(SECRET, code, 0, now - 30_000)).toBe(stepOf(now));
  expect(matchTotp(SECRET, code, 0, now + 61_000)).toBeUndefined();
  expect(matchTotp(SECRET, code, stepOf(now), now)).toBeUndefined();
  expect(matchTotp(SECRET, '', 0, now)).toBeUndefined();
});

it('has secrets of 160 bits, and a link that says whose', () => {
  const secret = newTotpSecret();
  expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  expect(newTotpSecret()).not.toBe(secret);
  expect(totpUri(secret, 'ada@box', 'Slipway')).toBe(
    `otpauth://totp/Slipway:ada%40box?secret=${secret}&issuer=Slipway&algorithm=SHA1&digits=6&period=30`,
  );
});
