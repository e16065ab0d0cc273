import { argon2, randomBytes, timingSafeEqual, type Argon2Parameters } from 'node:crypto';
import { promisify } from 'node:util';
import { invalidParameter } from '../base/errors.js';

const derive = promisify(argon2);

/** OWASP's second choice for argon2id: 19 MiB, two passes, one lane. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const FORMAT = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

export const SHORTEST_PASSWORD = 10;

/** @throws InvalidParameter when people could guess it too easily */
export function checkPassword(password: string): void {
  if ([...password].length < SHORTEST_PASSWORD) throw invalidParameter(`the password needs at least ${SHORTEST_PASSWORD} characters`);
}

/** Hashes a password with a salt of its own; the result says how (PHC string format), so that the cost can rise later. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive('argon2id', { message: normalised(password), nonce: salt, tagLength: HASH_BYTES, ...COST });
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${unpadded(salt)}$${unpadded(hash)}`;
}

/** Whether `password` is the one behind `hashed`, in a time that does not tell how nearly. */
export async function verifyPassword(password: string, hashed: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt = '', expected = ''] = FORMAT.exec(hashed) ?? [];
  const hash = Buffer.from(expected, 'base64');
  if (hash.length === 0) throw new Error('a stored password hash is not argon2id in PHC format');
  const parameters: Argon2Parameters = {
    message: normalised(password),
    nonce: Buffer.from(salt, 'base64'),
    tagLength: hash.length,
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
  };
  return timingSafeEqual(await derive('argon2id', parameters), hash);
}

/** Keyboards write the same letters in different code points. */
function normalised(password: string): Buffer {
  return Buffer.from(password.normalize('NFKC'), 'utf8');
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
