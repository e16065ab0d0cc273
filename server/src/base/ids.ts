import { randomBytes } from 'node:crypto';

/** A new object ID: 64 hex digits. Never all digits in its first 12, since hostnames are made of those. */
export function newId(): string {
  for (;;) {
    const id = randomBytes(32).toString('hex');
    if (!/^[0-9]{12}/.test(id)) return id;
  }
}

/** The 12 digits people see. */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}
