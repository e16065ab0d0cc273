import { createHmac, randomBytes } from 'node:crypto';
import { sameSecret } from '../token.js';

/** Seconds that a code is shown (RFC 6238, X). */
const STEP = 30;
const DIGITS = 6;
/** Steps before and after the present one that are taken: clocks differ. */
const DRIFT = 1;
const SECRET_BYTES = 20;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A new shared secret, in base32 (RFC 4648, 6) as authenticators take it. */
export function newTotpSecret(): string {
  let bits = '';
  for (const byte of randomBytes(SECRET_BYTES)) bits += byte.toString(2).padStart(8, '0');
  return (bits.match(/.{5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five, 2)]).join('');
}

/** What the QR code says: the key URI that authenticators know. */
export function totpUri(secret: string, user: string, issuer: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(user)}`;
  return `otpauth://totp/${label}?secret=${secret}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=${DIGITS}&period=${STEP}`;
}

/** The code of a step (RFC 4226, 5.3). */
export function totpCode(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const at = (hash.at(-1) ?? 0) & 0x0f;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 10 ** DIGITS).padStart(DIGITS, '0');
}

/** The step of a moment in milliseconds since 1970. */
export const stepOf = (now: number): number => Math.floor(now / 1000 / STEP);

/**
 * The step whose code this is; undefined when it is none of now.
 * @param after the step of the code that was taken last: each is good for once (RFC 6238, 5.2)
 */
export function matchTotp(secret: string, code: string, after: number, now = Date.now()): number | undefined {
  const present = stepOf(now);
  let found: number | undefined;
  for (let step = present - DRIFT; step <= present + DRIFT; step++)
    if (sameSecret(totpCode(secret, step), code) && step > after) found = step;
  return found;
}

function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
