import { Injectable } from '@nestjs/common';
import { isIPv4, isIPv6 } from 'node:net';
import { TooManyAttempts } from './too-many-attempts.js';

/** Wrong passwords that one address may send before it is slowed down. */
const FREE = 5;
const LONGEST_WAIT = 5 * 60_000;
/** An address that has kept quiet for this long starts afresh. */
const FORGOTTEN_AFTER = 30 * 60_000;
/** Addresses remembered; the one that has been quiet longest makes room. */
const REMEMBERED = 10_000;

interface Record {
  failures: number;
  /** When the next attempt is taken; milliseconds of a clock that nobody sets. */
  next: number;
  last: number;
}

/**
 * Slows down whoever guesses secrets: after 5 failures the wait doubles from 1 second up to 5 minutes. Counted per address
 * (IPv6: per /64), so that a guesser locks out only themselves.
 */
@Injectable()
export class Attempts {
  private readonly records = new Map<string, Record>();

  /**
   * Registers an attempt from `address`, counted as failed until `succeeded` is called, so that many at once do not slip through.
   * @throws TooManyAttempts when it comes too early
   */
  begin(address: string, now = performance.now()): { succeeded: () => void } {
    const key = networkOf(address);
    const known = this.records.get(key);
    const record = known && now - known.last < FORGOTTEN_AFTER ? known : { failures: 0, next: 0, last: now };
    if (now < record.next) throw new TooManyAttempts(Math.ceil((record.next - now) / 1000));
    record.failures += 1;
    record.last = now;
    if (record.failures >= FREE) record.next = now + Math.min(1000 * 2 ** (record.failures - FREE), LONGEST_WAIT);
    this.remember(key, record);
    return { succeeded: () => this.records.delete(key) };
  }

  private remember(key: string, record: Record): void {
    this.records.delete(key);
    this.records.set(key, record);
    if (this.records.size <= REMEMBERED) return;
    for (const oldest of this.records.keys()) {
      this.records.delete(oldest);
      return;
    }
  }
}

/** One person commands a whole /64 of IPv6. */
function networkOf(address: string): string {
  const mapped = address.replace(/^::ffff:/i, '');
  if (isIPv4(mapped) || !isIPv6(address)) return mapped;
  const [head = '', tail = ''] = (address.split('%')[0] ?? '').split('::');
  const front = head ? head.split(':') : [];
  const back = tail ? tail.split(':') : [];
  const groups = address.includes('::') ? [...front, ...Array<string>(8 - front.length - back.length).fill('0'), ...back] : front;
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
