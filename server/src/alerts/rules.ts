import { Injectable } from '@nestjs/common';
import { invalidParameter, notFound } from '../base/errors.js';
import { newId, shortId } from '../base/ids.js';
import { Database } from '../state/database.js';
import { AlertChannels } from './channels.js';
import type { AlertCondition, AlertRule, AlertRuleRequest } from './rule.js';

/** What only the host can be asked for, and what only containers can. */
const OF_HOST = new Set<AlertCondition>(['cpu', 'memory', 'disk']);
const LIMITED = new Set<AlertCondition>(['cpu', 'memory', 'disk', 'restarting']);

/** The rules of alerts. Whoever acts on them is told of every change. */
@Injectable()
export class AlertRules {
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly database: Database,
    private readonly channels: AlertChannels,
  ) {
    database.migrate('alerts/rule', ['CREATE TABLE alert_rule (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT']);
  }

  /** In the order of their names. */
  all(): AlertRule[] {
    const rows = this.database.sqlite.prepare<[], { id: string; body: string }>('SELECT id, body FROM alert_rule').all();
    const rules = rows.map(({ id, body }): AlertRule => ({ ...(JSON.parse(body) as AlertRuleRequest), id }));
    return rules.sort((a, b) => a.name.localeCompare(b.name));
  }

  find(id: string): AlertRule | undefined {
    return this.all().find((rule) => rule.id === id);
  }

  /** @throws InvalidParameter */
  add(request: AlertRuleRequest): AlertRule {
    const rule = { ...this.checked(request), id: shortId(newId()) };
    this.write(rule);
    return rule;
  }

  /** @throws InvalidParameter, NotFound */
  replace(id: string, request: AlertRuleRequest): AlertRule {
    if (!this.find(id)) throw notFound(`No such alert rule: ${id}`);
    const rule = { ...this.checked(request), id };
    this.write(rule);
    return rule;
  }

  /** @throws NotFound */
  remove(id: string): void {
    const { changes } = this.database.durable(() => this.database.sqlite.prepare('DELETE FROM alert_rule WHERE id = ?').run(id));
    if (changes === 0) throw notFound(`No such alert rule: ${id}`);
    this.tell();
  }

  /** Takes a channel out of every rule: it is being removed. */
  forgetChannel(channel: string): void {
    for (const rule of this.all())
      if (rule.channels.includes(channel)) this.write({ ...rule, channels: rule.channels.filter((id) => id !== channel) });
  }

  /** Calls `listener` after every change. */
  subscribe(listener: () => void): { unsubscribe: () => void } {
    this.listeners.add(listener);
    return { unsubscribe: () => this.listeners.delete(listener) };
  }

  private write({ id, ...body }: AlertRule): void {
    this.database.durable(() =>
      this.database.sqlite
        .prepare('INSERT INTO alert_rule (id, body) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body')
        .run(id, JSON.stringify(body)),
    );
    this.tell();
  }

  private checked(request: AlertRuleRequest): AlertRuleRequest {
    const { name, condition, scope, target, threshold, pattern, channels, heal } = request;
    const named = scope === 'container' || scope === 'project';
    if (name.trim() === '') throw invalidParameter('an alert rule needs a name');
    if (named && target.trim() === '') throw invalidParameter(`name the ${scope} that the rule is about`);
    if (scope === 'host' && !OF_HOST.has(condition)) throw invalidParameter(`a host cannot be ${condition}: choose containers`);
    if (condition === 'disk' && scope !== 'host') throw invalidParameter('the disk is the host’s: choose the host');
    if (LIMITED.has(condition) && !(threshold > 0)) throw invalidParameter('say from which value on somebody is to be told');
    if (condition === 'log' && pattern === '') throw invalidParameter('say what a line of the log must hit');
    if (heal && condition !== 'unhealthy') throw invalidParameter('only unhealthy containers can be healed by a restart');
    for (const id of channels) this.channels.get(id);
    return {
      ...request,
      name: name.trim(),
      target: named ? target.trim() : '',
      threshold: LIMITED.has(condition) ? threshold : 0,
      pattern: condition === 'log' ? pattern : '',
    };
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
