import { Injectable } from '@nestjs/common';
import { firingKey, type Firing } from './firing.js';
import { Firings } from './firings.js';
import type { AlertRule, AlertTarget } from './rule.js';
import { timerMs } from '../base/timers.js';

/** Something that a rule says is true, and since when. */
interface Doubt {
  detail: string;
  /** Fires when it has lasted long enough; undefined once it has. */
  timer: NodeJS.Timeout | undefined;
  firing: Firing | undefined;
}

/** Tells what comes true from what stays true: begins alerts when a condition has lasted, ends them when it is over. */
@Injectable()
export class Judge {
  private readonly doubts = new Map<string, Doubt>();
  private readonly listeners = new Set<(firing: Firing) => void>();

  /** Alerts that lasted when the daemon ended go on: nobody is told a second time. */
  constructor(private readonly firings: Firings) {
    for (const firing of firings.open())
      this.doubts.set(firingKey({ id: firing.rule }, firing.target), { detail: firing.detail, timer: undefined, firing });
  }

  /** Calls `listener` with each alert that begins, and again when it is over. */
  subscribe(listener: (firing: Firing) => void): { unsubscribe: () => void } {
    this.listeners.add(listener);
    return { unsubscribe: () => this.listeners.delete(listener) };
  }

  /**
   * Says whether a rule's condition is true of something now.
   * @param lasting seconds it must stay so before somebody is told
   */
  say(rule: AlertRule, target: AlertTarget, isTrue: boolean, detail: string, lasting: number): void {
    const key = firingKey(rule, target);
    const doubt = this.doubts.get(key);
    if (!isTrue) return doubt && this.settle(key, doubt);
    if (doubt) {
      doubt.detail = detail;
      return;
    }
    const fresh: Doubt = { detail, timer: undefined, firing: undefined };
    this.doubts.set(key, fresh);
    if (lasting <= 0) this.fire(rule, target, fresh);
    else fresh.timer = setTimeout(() => this.fire(rule, target, fresh), timerMs(lasting * 1000)).unref();
  }

  /** Ends what was said of rules that are no more, and of things that are no more. */
  keepOnly(wanted: (rule: string, target: string) => boolean): void {
    for (const [key, doubt] of this.doubts) {
      const [rule = '', target = ''] = key.split(' ');
      if (!wanted(rule, target)) this.settle(key, doubt);
    }
  }

  /** Tells nobody any more. */
  close(): void {
    for (const { timer } of this.doubts.values()) clearTimeout(timer);
  }

  private fire(rule: AlertRule, target: AlertTarget, doubt: Doubt): void {
    doubt.timer = undefined;
    doubt.firing = this.firings.begin(rule, target, doubt.detail);
    this.tell(doubt.firing);
  }

  private settle(key: string, { timer, firing }: Doubt): void {
    clearTimeout(timer);
    this.doubts.delete(key);
    if (firing) this.tell(this.firings.end(firing));
  }

  private tell(firing: Firing): void {
    for (const listener of this.listeners) listener(firing);
  }
}
