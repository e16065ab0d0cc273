import { Injectable, Logger } from '@nestjs/common';
import { AlertRules } from '../../../alerts/rules.js';
import { covers } from '../../../alerts/rule.js';
import { messageOf } from '../../../base/errors.js';
import type { Container } from '../../../container/container.js';
import { Containers } from '../../../container/store.js';
import { ContainerRestart } from '../../../engine/container/restart.js';
import { Engine } from '../../../engine/engine.js';
import { Events } from '../../../events/events.js';
import { targetOf } from './watch.js';

/** With the value `true` a container is restarted when it is unhealthy, without any rule. */
const LABEL = 'slipway.autoheal';
/** Restarts in a row that did not help; then a person has to look. */
const LIMIT = 5;
/** Milliseconds before the second restart; each further one waits twice as long. */
const BACK_OFF = 10_000;
/** A container that was well for so long begins anew. */
const FORGIVE = 10 * 60_000;

interface Treatment {
  restarts: number;
  last: number;
  timer: NodeJS.Timeout | undefined;
}

/** Restarts unhealthy containers where a label or a rule asks for that; ever more seldom, and not for ever. */
@Injectable()
export class AutoHeal {
  private readonly log = new Logger('AutoHeal');
  private readonly treatments = new Map<string, Treatment>();
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly containers: Containers,
    private readonly rules: AlertRules,
    private readonly engine: Engine,
    private readonly events: Events,
  ) {}

  begin(): void {
    this.unsubscribe = this.events.subscribe(({ Type, Action, Actor }) => {
      if (Type !== 'container') return;
      if (Action === 'health_status: unhealthy') this.look(Actor.ID);
      else if (Action === 'destroy') this.forget(Actor.ID);
    }).unsubscribe;
    for (const { id } of this.containers.all()) this.look(id);
  }

  close(): void {
    this.unsubscribe?.();
    for (const id of this.treatments.keys()) this.forget(id);
  }

  private look(id: string): void {
    const container = this.containers.find(id);
    if (!container || !isUnhealthy(container) || !this.isWanted(container)) return;
    const now = performance.now();
    const before = this.treatments.get(id);
    if (before?.timer) return;
    const wait = before ? BACK_OFF * 2 ** (before.restarts - 1) : 0;
    const fresh = !before || now - before.last > FORGIVE + wait;
    const treatment: Treatment = fresh ? { restarts: 0, last: now, timer: undefined } : before;
    this.treatments.set(id, treatment);
    if (treatment.restarts >= LIMIT) {
      this.log.warn(`container ${container.name} is still unhealthy after ${LIMIT} restarts: it is left alone now`);
      return;
    }
    treatment.timer = setTimeout(() => void this.restart(id, treatment), fresh ? 0 : Math.max(0, before.last + wait - now)).unref();
  }

  private async restart(id: string, treatment: Treatment): Promise<void> {
    treatment.timer = undefined;
    const container = this.containers.find(id);
    if (!container || !isUnhealthy(container)) return;
    treatment.restarts += 1;
    treatment.last = performance.now();
    this.log.warn(`container ${container.name} is unhealthy: restart ${treatment.restarts} of at most ${LIMIT} in a row`);
    try {
      await this.engine.run(ContainerRestart, { id });
    } catch (error) {
      this.log.error(`container ${container.name} could not be restarted: ${messageOf(error)}`);
    }
  }

  private isWanted(container: Container): boolean {
    if (container.record.config.Labels?.[LABEL] === 'true') return true;
    const target = targetOf(container);
    return this.rules.all().some((rule) => rule.enabled && rule.heal && covers(rule, target));
  }

  private forget(id: string): void {
    clearTimeout(this.treatments.get(id)?.timer);
    this.treatments.delete(id);
  }
}

function isUnhealthy({ state }: Container): boolean {
  return state.running && state.health?.Status === 'unhealthy';
}
