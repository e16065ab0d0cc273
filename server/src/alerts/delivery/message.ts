import { hostname } from 'node:os';
import { titleOf, type Firing } from '../firing.js';

/** What goes out over a channel. */
export interface AlertMessage {
  readonly title: string;
  readonly text: string;
  readonly state: 'firing' | 'resolved' | 'test';
  /** What programs read: the body of a webhook. */
  readonly facts: Readonly<Record<string, string>>;
}

/** An alert that has begun or ended. */
export function messageFor(firing: Firing): AlertMessage {
  const { ruleName, condition, target, detail, started, ended } = firing;
  const state = ended === undefined ? 'firing' : 'resolved';
  const title = titleOf(firing);
  const text = [detail, `Rule: ${ruleName}. Host: ${hostname()}. Since ${new Date(started).toISOString()}.`].filter(Boolean).join('\n');
  const times = { startedAt: new Date(started).toISOString(), ...(ended !== undefined && { endedAt: new Date(ended).toISOString() }) };
  const facts = { state, title, text, rule: ruleName, condition, target: target.name, targetId: target.id, project: target.project };
  return { title, text, state, facts: { ...facts, detail, host: hostname(), ...times } };
}

/** What a test sends. */
export function testMessage(channel: string): AlertMessage {
  const title = 'A test from Slipway';
  const text = `The channel ${channel} of ${hostname()} works.`;
  return { title, text, state: 'test', facts: { state: 'test', title, text, host: hostname() } };
}
