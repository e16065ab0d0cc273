import { beforeEach, expect, test } from 'vitest';
import { onBehalfOf } from '../../auth/asker.js';
import { Rights } from '../../auth/rights.js';
import { Users } from '../../auth/users.js';
import { Database } from '../../state/database.js';
import { StandingAskers } from './standing-askers.js';

let users: Users;
let askers: StandingAskers;

beforeEach(() => {
  users = new Users(new Database(':memory:'));
  askers = new StandingAskers(users);
  users.add({ name: 'ann', role: 'admin', projects: {} }, 'x');
  users.add({ name: 'ben', role: 'operator', projects: {} }, 'x');
});

const standing = (name: string, rights: Rights) => onBehalfOf({ name, rights }, () => askers.current());

test('have the rights that they have by then', () => {
  const ben = standing('ben', new Rights({ role: 'operator', projects: {} }));
  expect(askers.asker(ben).rights.in('shop', 'operate')).toBe(true);
  users.change('ben', { role: 'viewer', projects: { shop: 'operator' }, disabled: false });
  expect(askers.asker(ben).rights.in('shop', 'operate')).toBe(true);
  expect(askers.asker(ben).rights.in('mail', 'operate')).toBe(false);
  users.change('ben', { role: 'operator', projects: {}, disabled: true });
  expect(() => askers.asker(ben)).toThrow('ben, for whom this is done, has no account here any more');
});

test('are held to the token that they asked with', () => {
  const narrow = standing('ann', new Rights({ role: 'admin', projects: {} }, { role: 'operator', projects: ['shop'] }));
  const kept = JSON.parse(JSON.stringify(narrow)) as typeof narrow;
  expect(askers.asker(kept).rights.in('shop', 'operate')).toBe(true);
  expect(askers.asker(kept).rights.in('mail', 'operate')).toBe(false);
  expect(askers.asker(kept).rights.everywhere('admin')).toBe(false);
  const wide = standing('ann', new Rights({ role: 'admin', projects: {} }, { role: 'admin', projects: undefined }));
  expect(askers.asker(JSON.parse(JSON.stringify(wide)) as typeof wide).rights.everywhere('admin')).toBe(true);
});

test('own the host when they came in by the socket', () => {
  expect(askers.asker(standing('root', Rights.everything)).rights.everywhere('admin')).toBe(true);
  expect(askers.current()).toEqual({ name: 'root', host: true });
});
