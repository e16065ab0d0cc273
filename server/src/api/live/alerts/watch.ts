import type { AlertRule, AlertTarget } from '../../../alerts/rule.js';
import type { Container } from '../../../container/container.js';
import { serviceOf } from '../../../engine/container/logs/kept-logs.js';

/** Looks for what some kinds of rules ask for; does nothing while there is no such rule. */
export interface AlertSource {
  /** Takes over the rules that are in force, in the place of those before. */
  adapt(rules: readonly AlertRule[]): void;
}

/** A container as rules see it. */
export function targetOf(container: Container): AlertTarget {
  return { id: container.id, name: container.name, project: serviceOf(container).project };
}
