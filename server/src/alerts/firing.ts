import type { AlertCondition, AlertRule, AlertTarget } from './rule.js';

/** A rule that came true for something, until it is not true any more. */
export interface Firing {
  readonly id: number;
  readonly rule: string;
  readonly ruleName: string;
  readonly condition: AlertCondition;
  readonly target: AlertTarget;
  /** What was seen, for people. */
  readonly detail: string;
  /** Milliseconds since 1970. */
  readonly started: number;
  /** When it was well again; undefined while it is not. */
  readonly ended?: number;
}

/** The alert in a line, such as `web is unhealthy`. */
export function titleOf({ condition, target, ended }: Pick<Firing, 'condition' | 'target' | 'ended'>): string {
  const wrong: Record<AlertCondition, string> = {
    stopped: 'has stopped',
    unhealthy: 'is unhealthy',
    restarting: 'restarts again and again',
    cpu: 'uses much CPU',
    memory: 'uses much memory',
    disk: 'runs out of disk',
    log: 'wrote a line to look at',
  };
  return ended === undefined ? `${target.name} ${wrong[condition]}` : `Well again: ${target.name} ${wrong[condition]}`;
}

/** What identifies an alert while it lasts. */
export function firingKey(rule: Pick<AlertRule, 'id'>, target: Pick<AlertTarget, 'id'>): string {
  return `${rule.id} ${target.id}`;
}
