import { expect, it } from 'vitest';
import { Attempts } from './attempts.js';

const START = 1_800_000_000_000;

/** Fails until it is made to wait; how long, in seconds. */
function waitAfter(attempts: Attempts, address: string, now: number): number {
  for (;;) {
    try {
      attempts.begin(address, now);
    } catch (error) {
      return (error as { retryAfter: number }).retryAfter;
    }
  }
}

it('doubles the wait up to five minutes', () => {
  const attempts = new Attempts();
  const waits: number[] = [];
  for (let now = START; waits.length < 11; now += (waits.at(-1) ?? 0) * 1000) waits.push(waitAfter(attempts, '10.0.0.1', now));
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
});

it('starts afresh after a success, and after half an hour of quiet', () => {
  const attempts = new Attempts();
  for (let i = 0; i < 4; i++) attempts.begin('10.0.0.1', START);
  attempts.begin('10.0.0.1', START).succeeded();
  expect(() => attempts.begin('10.0.0.1', START)).not.toThrow();
  waitAfter(attempts, '10.0.0.2', START);
  for (let i = 0; i < 4; i++) attempts.begin('10.0.0.2', START + 31 * 60_000);
});

it('counts an IPv6 network as one address and IPv4 in IPv6 as IPv4', () => {
  const attempts = new Attempts();
  waitAfter(attempts, '2001:db8:0:1::1', START);
  expect(() => attempts.begin('2001:db8::1:ffff:0:0:2', START)).toThrow('try again in 1 second');
  expect(() => attempts.begin('2001:db8:0:2::1', START)).not.toThrow();
  waitAfter(attempts, '::ffff:10.0.0.1', START);
  expect(() => attempts.begin('10.0.0.1', START)).toThrow('too many failed attempts');
});
