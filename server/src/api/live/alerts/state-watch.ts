import { Injectable } from '@nestjs/common';
import { Judge } from '../../../alerts/judge.js';
import { covers, type AlertRule } from '../../../alerts/rule.js';
import type { Container } from '../../../container/container.js';
import type { EndRequest } from '../../../container/end-request.js';
import { stopReason } from '../../../container/stop-reason.js';
import { Containers } from '../../../container/store.js';
import { ZERO_TIME } from '../../../container/time.js';
import { Events, type DaemonEvent } from '../../../events/events.js';
import { targetOf, type AlertSource } from './watch.js';
import { timerMs } from '../../../base/timers.js';

const KINDS = new Set(['stopped', 'unhealthy', 'restarting']);
/** A signal of its own (`docker kill --signal HUP`) need not have been meant to end it. */
const ASKED = new Set<EndRequest['by']>(['stop', 'restart', 'kill', 'removal', 'shutdown']);

/** Containers that stop, are unhealthy, or restart again and again: told by events alone. */
@Injectable()
export class StateWatch implements AlertSource {
  private rules: readonly AlertRule[] = [];
  /** When each container ended lately; milliseconds since 1970. */
  private readonly ends = new Map<string, number[]>();
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly containers: Containers,
    private readonly events: Events,
    private readonly judge: Judge,
  ) {}

  adapt(rules: readonly AlertRule[]): void {
    this.rules = rules.filter(({ condition }) => KINDS.has(condition));
    this.unsubscribe?.();
    this.unsubscribe = undefined;
    if (this.rules.length === 0) return this.ends.clear();
    this.unsubscribe = this.events.subscribe((event) => this.note(event)).unsubscribe;
    for (const container of this.containers.all()) this.look(container);
  }

  private note({ Type, Action, Actor }: DaemonEvent): void {
    if (Type !== 'container' || !/^(start|die|stop|rename|health_status|destroy)/.test(Action)) return;
    const container = this.containers.find(Actor.ID);
    if (!container || Action === 'destroy') return void this.ends.delete(Actor.ID);
    if (Action === 'die' && !wasAsked(container)) this.noteEnd(container);
    this.look(container);
  }

  private noteEnd({ id }: Container): void {
    const now = performance.now();
    const longest = Math.max(0, ...this.rules.map(({ seconds }) => seconds)) * 1000;
    this.ends.set(id, [...(this.ends.get(id) ?? []).filter((time) => now - time <= longest), now]);
  }

  private look(container: Container): void {
    const target = targetOf(container);
    for (const rule of this.rules) {
      if (!covers(rule, target)) continue;
      if (rule.condition === 'restarting') this.count(rule, container);
      else if (rule.condition === 'stopped') this.judge.say(rule, target, isDown(container, rule), reasonOf(container), rule.seconds);
      else this.judge.say(rule, target, container.state.health?.Status === 'unhealthy', lastProbe(container), rule.seconds);
    }
  }

  private count(rule: AlertRule, container: Container): void {
    const span = rule.seconds * 1000;
    const ends = (this.ends.get(container.id) ?? []).filter((time) => performance.now() - time <= span);
    const isTrue = ends.length >= rule.threshold;
    this.judge.say(rule, targetOf(container), isTrue, `${ends.length} ends within ${rule.seconds} seconds. ${reasonOf(container)}`, 0);
    // It is over when the first of them is long enough ago; an end meanwhile plans another look.
    if (isTrue) setTimeout(() => this.lookAgain(container.id), timerMs((ends[0] ?? 0) + span + 50 - performance.now())).unref();
  }

  private lookAgain(id: string): void {
    const container = this.containers.find(id);
    if (container) this.look(container);
  }
}

function wasAsked({ state }: Container): boolean {
  return state.endRequest !== undefined && ASKED.has(state.endRequest.by);
}

/** It ran, does not run, and nobody wanted that. What ends well is a job that is done, unless a rule is about it alone. */
function isDown(container: Container, { scope }: AlertRule): boolean {
  const { state } = container;
  if ((state.running && !state.restarting) || state.startedAt === ZERO_TIME || wasAsked(container)) return false;
  return state.exitCode !== 0 || state.error !== '' || scope === 'container';
}

function reasonOf({ record, state }: Container): string {
  return stopReason(record, state)?.sentence ?? '';
}

function lastProbe({ state }: Container): string {
  return state.health?.Log?.at(-1)?.Output?.trim().slice(0, 1000) ?? '';
}
