import { Injectable, Logger } from '@nestjs/common';
import { Judge } from '../../../alerts/judge.js';
import { covers, type AlertRule } from '../../../alerts/rule.js';
import { kindOf, messageOf } from '../../../base/errors.js';
import { timerMs } from '../../../base/timers.js';
import type { Container } from '../../../container/container.js';
import { Containers } from '../../../container/store.js';
import { Events } from '../../../events/events.js';
import { LogPattern } from '../logs/pattern.js';
import { LogSources, readLines } from '../logs/source.js';
import type { LogLine } from '../protocol.js';
import { targetOf, type AlertSource } from './watch.js';

/** A log that no hit came to for so long is well again, where the rule names no span; seconds. */
const QUIET = 300;
/** What is told of a line; characters. */
const TOLD = 1000;
/** Nanoseconds that may lie between what a process writes first and the note of its start. */
const START = 5_000_000_000n;

interface PatternRule {
  readonly rule: AlertRule;
  readonly pattern: LogPattern;
}

/** Lines that a rule's expression hits, in the logs of the containers that a rule is about. Other logs are not read. */
@Injectable()
export class LogWatch implements AlertSource {
  private readonly log = new Logger('Alerts');
  private rules: readonly PatternRule[] = [];
  private readonly following = new Map<string, AbortController>();
  /** Ends the alert of a rule and a container when the log has been quiet. */
  private readonly quiet = new Map<string, NodeJS.Timeout>();
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly containers: Containers,
    private readonly sources: LogSources,
    private readonly events: Events,
    private readonly judge: Judge,
  ) {}

  adapt(rules: readonly AlertRule[]): void {
    this.unsubscribe?.();
    this.unsubscribe = undefined;
    for (const timer of this.quiet.values()) clearTimeout(timer);
    this.quiet.clear();
    this.rules = rules
      .filter(({ condition }) => condition === 'log')
      .map((rule) => ({ rule, pattern: new LogPattern(rule.pattern, true) }));
    for (const [id, follow] of this.following) if (!this.isWanted(this.containers.find(id))) follow.abort();
    if (this.rules.length === 0) return;
    this.unsubscribe = this.events.subscribe(({ Type, Action, Actor }) => {
      const container = Type === 'container' && (Action === 'start' || Action === 'rename') ? this.containers.find(Actor.ID) : undefined;
      if (container) this.follow(container, BigInt(Date.parse(container.state.startedAt)) * 1_000_000n - START);
    }).unsubscribe;
    const now = BigInt(Date.now()) * 1_000_000n;
    for (const container of this.containers.all()) if (container.state.running) this.follow(container, now);
    this.resumeQuiet();
  }

  private isWanted(container: Container | undefined): boolean {
    return container !== undefined && this.rules.some(({ rule }) => covers(rule, targetOf(container)));
  }

  /** Reads on through all its runs until it is removed. */
  private follow(container: Container, since: bigint): void {
    const { id } = container;
    if (this.following.has(id) || !this.isWanted(container)) return;
    const follow = new AbortController();
    this.following.set(id, follow);
    void this.read(container, since, follow.signal)
      .catch((error: unknown) => {
        // Some log drivers keep nothing to be read.
        if (kindOf(error) !== 'NotImplemented' && !follow.signal.aborted)
          this.log.warn(`the log of ${container.name} cannot be watched: ${messageOf(error)}`);
      })
      .finally(() => {
        if (this.following.get(id) === follow) this.following.delete(id);
      });
  }

  private async read(container: Container, since: bigint, signal: AbortSignal): Promise<void> {
    const ended = container.removal.next(signal).catch(() => undefined);
    const source = this.sources.get(container.id);
    for await (const lines of readLines(source, { tail: undefined, since, until: undefined }, { signal, ended })) {
      if (signal.aborted) return;
      if (lines.length > 0) this.look(container, lines);
    }
  }

  private look(container: Container, lines: readonly LogLine[]): void {
    const target = targetOf(container);
    for (const { rule, pattern } of this.rules) {
      if (!covers(rule, target)) continue;
      const hit = pattern.filter(lines)[0];
      if (!hit) continue;
      this.judge.say(rule, target, true, hit.text.slice(0, TOLD), 0);
      this.endWhenQuiet(rule, container);
    }
  }

  private endWhenQuiet(rule: AlertRule, container: Container): void {
    const target = targetOf(container);
    const key = `${rule.id} ${target.id}`;
    clearTimeout(this.quiet.get(key));
    const over = () => {
      this.quiet.delete(key);
      this.judge.say(rule, target, false, '', 0);
    };
    this.quiet.set(key, setTimeout(over, timerMs((rule.seconds || QUIET) * 1000)).unref());
  }

  /** Alerts that lasted before (a restart of the daemon, a change of rules) end as well. */
  private resumeQuiet(): void {
    for (const container of this.containers.all())
      for (const { rule } of this.rules) if (covers(rule, targetOf(container))) this.endWhenQuiet(rule, container);
  }
}
