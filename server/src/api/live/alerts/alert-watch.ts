import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AlertDelivery } from '../../../alerts/delivery/delivery.js';
import { messageFor } from '../../../alerts/delivery/message.js';
import { Judge } from '../../../alerts/judge.js';
import { covers, HOST_TARGET } from '../../../alerts/rule.js';
import { AlertRules } from '../../../alerts/rules.js';
import { Containers } from '../../../container/store.js';
import { Events } from '../../../events/events.js';
import { AutoHeal } from './auto-heal.js';
import { DiskWatch } from './disk-watch.js';
import { LogWatch } from './log-watch.js';
import { StateWatch } from './state-watch.js';
import { UsageWatch } from './usage-watch.js';
import { targetOf } from './watch.js';

/** Keeps the rules of alerts in force: what looks for what they ask, who is told, who heals. */
@Injectable()
export class AlertWatch implements OnApplicationShutdown {
  private readonly undo: (() => void)[] = [];

  constructor(
    private readonly rules: AlertRules,
    private readonly judge: Judge,
    private readonly delivery: AlertDelivery,
    private readonly containers: Containers,
    private readonly events: Events,
    private readonly heal: AutoHeal,
    private readonly states: StateWatch,
    private readonly usage: UsageWatch,
    private readonly disk: DiskWatch,
    private readonly logs: LogWatch,
  ) {}

  /** Begins when the daemon knows what runs. */
  begin(): void {
    const told = this.judge.subscribe((firing) => {
      const channels = this.rules.find(firing.rule)?.channels ?? [];
      if (channels.length > 0) this.delivery.send(messageFor(firing), channels);
    });
    const changed = this.rules.subscribe(() => this.adapt());
    const gone = this.events.subscribe(({ Type, Action }) => {
      if (Type === 'container' && (Action === 'destroy' || Action === 'rename')) this.settle();
    });
    this.undo.push(told.unsubscribe, changed.unsubscribe, gone.unsubscribe);
    this.adapt();
    this.heal.begin();
  }

  onApplicationShutdown(): void {
    for (const undo of this.undo) undo();
    for (const source of this.sources()) source.adapt([]);
    this.heal.close();
    this.judge.close();
  }

  private adapt(): void {
    this.settle();
    const rules = this.rules.all().filter(({ enabled }) => enabled);
    for (const source of this.sources()) source.adapt(rules);
  }

  /** Alerts of rules that are not in force any more, and of what a rule is not about any more, are over. */
  private settle(): void {
    const rules = new Map(this.rules.all().map((rule) => [rule.id, rule]));
    this.judge.keepOnly((id, targetId) => {
      const rule = rules.get(id);
      const container = this.containers.find(targetId);
      const target = container ? targetOf(container) : targetId === HOST_TARGET.id ? HOST_TARGET : undefined;
      return rule !== undefined && rule.enabled && target !== undefined && covers(rule, target);
    });
  }

  private sources() {
    return [this.states, this.usage, this.disk, this.logs];
  }
}
