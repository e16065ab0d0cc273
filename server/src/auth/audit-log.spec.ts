import { expect, it } from 'vitest';
import { Database } from '../state/database.js';
import { AuditLog, type AuditEntry } from './audit-log.js';

const ENTRY: AuditEntry = {
  time: 1,
  user: 'ada',
  by: 'session',
  token: '',
  address: '192.0.2.7',
  operation: 'ContainerStart',
  kind: 'container',
  object: 'abc',
  name: 'web',
  outcome: 'done',
  status: 204,
};

it('gives back what was added, the youngest first, as it is asked for', () => {
  const log = new AuditLog(new Database(':memory:'));
  log.add(ENTRY);
  log.add({ ...ENTRY, user: 'bob', operation: 'ContainerDelete', outcome: 'refused', status: 403 });
  log.add({ ...ENTRY, kind: 'volume', object: 'data', name: 'data', operation: 'VolumeDelete' });
  const names = (filter: Parameters<AuditLog['list']>[0]) => log.list(filter, 10).map(({ operation }) => operation);
  expect(names({})).toEqual(['VolumeDelete', 'ContainerDelete', 'ContainerStart']);
  expect(names({ user: 'BO' })).toEqual(['ContainerDelete']);
  expect(names({ object: 'web' })).toEqual(['ContainerDelete', 'ContainerStart']);
  expect(names({ object: 'volume' })).toEqual(['VolumeDelete']);
  expect(names({ outcome: 'refused' })).toEqual(['ContainerDelete']);
  expect(names({ operation: 'delete', outcome: 'done' })).toEqual(['VolumeDelete']);
  const [youngest] = log.list({}, 1);
  expect(youngest).toEqual({ ...ENTRY, id: 3, kind: 'volume', object: 'data', name: 'data', operation: 'VolumeDelete' });
  expect(log.list({ before: 3 }, 1)).toMatchObject([{ id: 2 }]);
});

it('keeps to its budget', () => {
  const log = new AuditLog(new Database(':memory:'), 10);
  for (let at = 0; at < 501; at++) log.add({ ...ENTRY, time: at });
  expect(log.list({}, 1000)).toHaveLength(10);
  expect(log.list({}, 1)).toMatchObject([{ time: 500 }]);
});

it('keeps no more of a text than fits', () => {
  const log = new AuditLog(new Database(':memory:'));
  log.add({ ...ENTRY, name: 'x'.repeat(10_000) });
  expect(log.list({}, 1)[0]?.name).toHaveLength(200);
});
