import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../state/database.js';
import { Events } from './events.js';
import { EventHistory } from './history.js';

let database: Database;
beforeEach(() => void (database = new Database(':memory:')));
afterEach(async () => {
  await written();
  database.close();
});

const written = () => Promise.resolve();
const open = (limits?: ConstructorParameters<typeof EventHistory>[1]) => new EventHistory(database, limits);
const actions = (events: Iterable<{ Action: string }>) => [...events].map(({ Action }) => Action);

describe('the history of events', () => {
  it('survives a restart, times to the nanosecond and all', () => {
    const before = new Events(open());
    const told = [before.publish('container', 'start', 'id', { name: 'web' }), before.publish('volume', 'create', 'data')];
    before.onApplicationShutdown();
    const after = new Events(open());
    expect([...after.since(0n)]).toEqual(told);
    expect(after.subscribe(() => undefined).past).toEqual(told);
    expect(after.publish('daemon', 'reload', 'id').timeNano).toBeGreaterThan(told[1]!.timeNano);
  });

  it('is written without anybody asking', async () => {
    new Events(open()).publish('container', 'start', 'id');
    await written();
    expect(database.sqlite.prepare('SELECT count(*) AS events FROM event').get()).toEqual({ events: 1 });
  });

  it('begins and ends where it is asked to, over many pages', () => {
    const events = new Events(open());
    const told = Array.from({ length: 1203 }, (_, index) => events.publish('container', `e${index}`, 'id'));
    expect(actions(events.since(told[700]!.timeNano))).toEqual(told.slice(700).map(({ Action }) => Action));
    expect(actions(open().between(told[3]!.timeNano, told[5]!.timeNano))).toEqual(['e3', 'e4', 'e5']);
  });

  it('takes moments that no clock reaches', () => {
    const history = open();
    const told = new Events(history).publish('container', 'one', 'id');
    expect(actions(history.between(-(10n ** 30n), 10n ** 30n))).toEqual(['one']);
    expect(actions(history.between(told.timeNano + 1n, 10n ** 30n))).toEqual([]);
  });

  it('ends where it was asked, whatever happens while it is read', () => {
    const events = new Events(open());
    events.publish('container', 'one', 'id');
    const past = events.since(0n);
    events.publish('container', 'two', 'id');
    expect(actions(past)).toEqual(['one']);
  });

  it('keeps so many events, and none too old', () => {
    const events = new Events(open());
    for (let index = 0; index < 10; index++) events.publish('container', `e${index}`, 'id');
    events.onApplicationShutdown();
    expect(actions(open({ events: 3, age: 10n ** 15n }).last(100))).toEqual(['e7', 'e8', 'e9']);
    // Events of one millisecond are numbered on, some nanoseconds into the future.
    expect(actions(open({ events: 3, age: -(10n ** 9n) }).last(100))).toEqual([]);
  });
});
