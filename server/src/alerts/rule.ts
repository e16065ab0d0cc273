/** What a rule looks at. */
export type AlertCondition = 'stopped' | 'unhealthy' | 'restarting' | 'cpu' | 'memory' | 'disk' | 'log';

/** What a rule is about: every container, one by its name, those of a Compose project, or the host. */
export type AlertScope = 'all' | 'container' | 'project' | 'host';

/** When somebody is to be told, and over which channels. */
export interface AlertRule {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly condition: AlertCondition;
  readonly scope: AlertScope;
  /** Name of the container or project; '' for the other scopes. */
  readonly target: string;
  /** Per cent for cpu (of one CPU), memory (of the limit) and disk; how many ends for restarting. */
  readonly threshold: number;
  /** Regular expression that a line of the log must hit, for log. */
  readonly pattern: string;
  /** How long it must last; the span that ends are counted in for restarting; how long a log must be quiet to be well again. */
  readonly seconds: number;
  /** IDs of the channels that are told. */
  readonly channels: readonly string[];
  /** Restarts containers that are unhealthy. */
  readonly heal: boolean;
}

/** What people say about a rule; the daemon makes its ID. */
export type AlertRuleRequest = Omit<AlertRule, 'id'>;

/** A container as rules see it. */
export interface AlertTarget {
  /** ID of a container, or `@host`. */
  readonly id: string;
  readonly name: string;
  /** Compose project; '' for none. */
  readonly project: string;
}

export const HOST_TARGET: AlertTarget = { id: '@host', name: 'host', project: '' };

/** Whether a rule is about a container. */
export function covers({ scope, target }: AlertRule, { id, name, project }: AlertTarget): boolean {
  if (id === HOST_TARGET.id) return scope === 'host';
  if (scope === 'container') return target === name;
  return scope === 'project' ? target === project : scope === 'all';
}
