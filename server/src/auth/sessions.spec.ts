import { beforeEach, expect, it } from 'vitest';
import { Database } from '../state/database.js';
import { IDLE_LIFE, Sessions, WHOLE_LIFE } from './sessions.js';
import { Users } from './users.js';

const ADA = { name: 'ada', role: 'admin', projects: {} } as const;
const START = 1_800_000_000_000;
let sessions: Sessions;

beforeEach(() => {
  const database = new Database(':memory:');
  const users = new Users(database);
  users.add(ADA, 'not used here');
  sessions = new Sessions(database, users);
});

it('ends when nothing is heard for its idle life', () => {
  const { token } = sessions.open(ADA, START);
  expect(sessions.touch(token, START + IDLE_LIFE)).toBeUndefined();
  expect(sessions.touch(token, START)).toBeUndefined();
});

it('is prolonged by every request', () => {
  const { token } = sessions.open(ADA, START);
  expect(sessions.touch(token, START + IDLE_LIFE - 1)?.expires).toBe(START + 2 * IDLE_LIFE - 1);
  expect(sessions.touch(token, START + IDLE_LIFE + 1)).toBeDefined();
});

it('ends after its whole life even when it is used', () => {
  const { token } = sessions.open(ADA, START);
  let last: number | undefined;
  for (let now = START; now < START + WHOLE_LIFE; now += IDLE_LIFE / 2) last = sessions.touch(token, now)?.expires;
  expect(last).toBe(START + WHOLE_LIFE);
  expect(sessions.touch(token, START + WHOLE_LIFE)).toBeUndefined();
});

it('has a request token of its own, always the same', () => {
  const first = sessions.open(ADA, START);
  const second = sessions.open(ADA, START);
  expect(sessions.touch(first.token, START)?.requestToken).toBe(first.session.requestToken);
  expect(first.session.requestToken).not.toBe(second.session.requestToken);
  expect(first.session.requestToken).not.toContain(first.token);
});

it('knows nothing of a token that was never given', () => {
  const { session } = sessions.open(ADA, START);
  expect(sessions.touch(session.id, START)).toBeUndefined();
  expect(sessions.touch('', START)).toBeUndefined();
});

it('is listed with where it came from, and ends with all others of the user', () => {
  const mine = sessions.open(ADA, START, { address: '192.0.2.7', agent: 'A browser' });
  sessions.open(ADA, START + 1);
  expect(sessions.list(ADA, START + 2).map(({ address, agent, created }) => [address, agent, created - START])).toEqual([
    ['', '', 1],
    ['192.0.2.7', 'A browser', 0],
  ]);
  const now = Date.now();
  const here = sessions.open(ADA, now);
  sessions.open(ADA, now);
  sessions.endAll(ADA, here.session.id);
  expect(sessions.list(ADA, now).map(({ id }) => id)).toContain(here.session.id);
  expect(sessions.touch(here.token, now)).toBeDefined();
  expect(sessions.list(ADA, now)).toHaveLength(1);
  expect(mine.session.user).toEqual(ADA);
});
