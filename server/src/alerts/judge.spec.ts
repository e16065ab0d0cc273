import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Database } from '../state/database.js';
import { AlertChannels } from './channels.js';
import type { Firing } from './firing.js';
import { Firings } from './firings.js';
import { Judge } from './judge.js';
import { covers, HOST_TARGET, type AlertRuleRequest } from './rule.js';
import { AlertRules } from './rules.js';

const request: AlertRuleRequest = {
  name: 'Web',
  enabled: true,
  condition: 'cpu',
  scope: 'all',
  target: '',
  threshold: 80,
  pattern: '',
  seconds: 60,
  channels: [],
  heal: false,
};
const web = { id: 'a1', name: 'web', project: 'shop' };

let database: Database;
let rules: AlertRules;
beforeEach(() => {
  vi.useFakeTimers();
  database = new Database(':memory:');
  rules = new AlertRules(database, new AlertChannels(database));
});
afterEach(() => {
  vi.useRealTimers();
  database.close();
});

function judge() {
  const told: Firing[] = [];
  const it = new Judge(new Firings(database));
  it.subscribe((firing) => told.push(firing));
  return { judge: it, told };
}

describe('a condition', () => {
  it('that lasts is told once, and once more when it is over', () => {
    const { judge: it, told } = judge();
    const rule = rules.add(request);
    it.say(rule, web, true, '90 %', 60);
    vi.advanceTimersByTime(59_000);
    expect(told).toEqual([]);
    it.say(rule, web, true, '95 %', 60);
    vi.advanceTimersByTime(2000);
    it.say(rule, web, true, '99 %', 60);
    expect(told).toMatchObject([{ ruleName: 'Web', target: web, detail: '95 %' }]);
    it.say(rule, web, false, '', 60);
    expect(told).toHaveLength(2);
    expect(told[1]?.ended).toBeGreaterThan(told[0]?.started ?? 0);
    expect(new Firings(database).list()).toEqual([told[1]]);
  });

  it('that passes is not told', () => {
    const { judge: it, told } = judge();
    const rule = rules.add(request);
    it.say(rule, web, true, '', 60);
    it.say(rule, web, false, '', 60);
    vi.advanceTimersByTime(100_000);
    expect(told).toEqual([]);
  });

  it('that lasts over a restart of the daemon is not told again, but its end is', () => {
    const rule = rules.add(request);
    judge().judge.say(rule, web, true, '', 0);
    const { judge: after, told } = judge();
    after.say(rule, web, true, '', 0);
    expect(told).toEqual([]);
    after.say(rule, web, false, '', 0);
    expect(told).toHaveLength(1);
  });

  it('is over when its rule is', () => {
    const { judge: it, told } = judge();
    it.say(rules.add(request), web, true, '', 0);
    it.keepOnly(() => false);
    expect(told[1]?.ended).toBeDefined();
  });
});

describe('a rule', () => {
  it('is about what its scope says', () => {
    const rule = { ...request, id: 'r' };
    const about = (scope: 'all' | 'container' | 'project' | 'host', target: string) =>
      [web, HOST_TARGET].map((each) => covers({ ...rule, scope, target }, each));
    expect(about('all', '')).toEqual([true, false]);
    expect(about('container', 'web')).toEqual([true, false]);
    expect(about('container', 'db')).toEqual([false, false]);
    expect(about('project', 'shop')).toEqual([true, false]);
    expect(about('host', '')).toEqual([false, true]);
  });

  it.each([
    [{ name: ' ' }, 'needs a name'],
    [{ scope: 'container' as const }, 'name the container'],
    [{ threshold: 0 }, 'from which value'],
    [{ condition: 'stopped' as const, scope: 'host' as const }, 'choose containers'],
    [{ condition: 'disk' as const }, 'choose the host'],
    [{ condition: 'log' as const }, 'must hit'],
    [{ heal: true }, 'only unhealthy'],
    [{ channels: ['none'] }, 'No such alert channel'],
  ])('%j is refused', (wrong, message) => {
    expect(() => rules.add({ ...request, ...wrong })).toThrow(message);
  });

  it('is kept, and changed', () => {
    const { id } = rules.add(request);
    rules.replace(id, { ...request, name: 'B', enabled: false });
    rules.add({ ...request, name: 'A' });
    expect(new AlertRules(database, new AlertChannels(database)).all().map(({ name, enabled }) => [name, enabled])).toEqual([
      ['A', true],
      ['B', false],
    ]);
    rules.remove(id);
    expect(() => rules.remove(id)).toThrow('No such alert rule');
  });
});
