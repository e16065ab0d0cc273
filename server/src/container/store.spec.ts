import { beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../state/database.js';
import { Container } from './container.js';
import { CREATED, started } from './state.js';
import { Containers } from './store.js';

describe('Containers', () => {
  let database: Database;
  let containers: Containers;
  const add = (id: string, name: string) => {
    containers.reserve(name, id);
    const record = {
      id,
      name,
      created: '2026-01-01T00:00:00Z',
      image: '',
      driver: '',
      config: {},
      hostConfig: {},
      networking: {},
      mounts: [],
    };
    const container = new Container(record, CREATED);
    containers.insert(container);
    return container;
  };
  const id = (start: string) => start.padEnd(64, '0');

  beforeEach(() => {
    database = new Database(':memory:');
    containers = new Containers(database);
  });

  it('finds by ID, by name with and without slash, and by the beginning of the ID', () => {
    const web = add(id('abc1'), 'web');
    for (const reference of [id('abc1'), 'web', '/web', 'abc1', 'a']) expect(containers.get(reference)).toBe(web);
    expect(() => containers.get('db')).toThrow('No such container: db');
  });

  it('refuses a prefix that several IDs have, and prefers a name', () => {
    add(id('abc1'), 'one');
    add(id('abc2'), 'two');
    const named = add(id('fff'), 'abc');
    expect(() => containers.get('ab')).toThrow('multiple IDs found with provided prefix: ab');
    expect(containers.get('abc')).toBe(named);
  });

  it('keeps a name for one container', () => {
    const web = add(id('abc1'), 'web');
    expect(() => containers.reserve('web', id('fff'))).toThrow(
      `Conflict. The container name "/web" is already in use by container "${web.id}". You have to remove (or rename) that container`,
    );
    containers.remove(web, true);
    containers.reserve('web', id('fff'));
  });

  it('has everything again after the daemon starts anew', () => {
    const web = add(id('abc1'), 'web');
    containers.setState(web, started(web.state, 42));
    containers.reserve('front', web.id);
    containers.setRecord(web, { ...web.record, name: 'front' });
    const again = new Containers(database).get('front');
    expect(again.state).toMatchObject({ running: true, pid: 42 });
    expect(containers.isTaken('web')).toBe(false);
    containers.remove(web, false);
    expect(new Containers(database).size).toBe(0);
  });
});
