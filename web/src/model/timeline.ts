import type { EventMessage } from '@/client/generated/docker/types.gen';

/** A stretch of time that is shown; seconds since 1970. */
export interface Span {
  from: number;
  to: number;
}

export type Condition = 'running' | 'healthy' | 'unhealthy' | 'starting' | 'stopped';

/** How something was for a while. */
export interface Stretch extends Span {
  condition: Condition;
  name: string;
}

const LEAST = 30;
const MOST = 90 * 86400;

/** Where a moment is, as a part of the width. */
export const partOf = ({ from, to }: Span, time: number): number => (time - from) / (to - from);

/** The span around `middle` (a part of it), so many times as long; never into the future. */
export function zoomed({ from, to }: Span, factor: number, now: number, middle = 0.5): Span {
  const length = Math.min(MOST, Math.max(LEAST, (to - from) * factor));
  const start = from + (to - from) * middle - length * middle;
  return clamped({ from: start, to: start + length }, now);
}

/** The span moved by a part of its own length. */
export function moved({ from, to }: Span, part: number, now: number): Span {
  const by = (to - from) * part;
  return clamped({ from: from + by, to: to + by }, now);
}

function clamped({ from, to }: Span, now: number): Span {
  const over = Math.max(0, to - now);
  return { from: Math.round(from - over), to: Math.round(to - over) };
}

/** Moments for an axis, about `count` of them, at round times. */
export function ticks({ from, to }: Span, count: number): number[] {
  const steps = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86400, 2 * 86400, 7 * 86400, 14 * 86400];
  const step = steps.find((each) => (to - from) / each <= count) ?? 30 * 86400;
  const offset = new Date(from * 1000).getTimezoneOffset() * 60;
  const first = Math.ceil((from - offset) / step) * step + offset;
  return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, at) => first + at * step);
}

const CONDITIONS: Readonly<Record<string, Condition>> = {
  start: 'running',
  unpause: 'running',
  die: 'stopped',
  'health_status: healthy': 'healthy',
  'health_status: unhealthy': 'unhealthy',
  'health_status: starting': 'starting',
};

/**
 * How each container was over the span, told from its events.
 * What was before its first event is not known, so that nothing is said of it.
 */
export function stretches(events: readonly EventMessage[], span: Span): Stretch[] {
  const open = new Map<string, Stretch>();
  const done: Stretch[] = [];
  for (const { Type, Action = '', Actor, time } of events) {
    if (Type !== 'container' || !Actor?.ID) continue;
    const condition = CONDITIONS[Action];
    const before = open.get(Actor.ID);
    const gone = Action === 'destroy';
    if (!condition && !gone) continue;
    if (before && before.condition !== condition) {
      done.push({ ...before, to: time });
      open.delete(Actor.ID);
    }
    if (condition && !open.has(Actor.ID))
      open.set(Actor.ID, { condition, name: Actor.Attributes?.['name'] ?? '', from: time, to: span.to });
  }
  return [...done, ...open.values()].filter(({ to, from }) => to > span.from && from < span.to).sort((a, b) => a.from - b.from);
}

/** The points of a line over the span, in a box of this size, the highest value at its top; and that value. */
export function lineOf(times: readonly number[], values: readonly number[], span: Span, height: number): { points: string; top: number } {
  const top = Math.max(...values, 0) || 1;
  const points = times.map(
    (time, at) => `${(partOf(span, time) * 1000).toFixed(1)},${(height - ((values[at] ?? 0) / top) * height).toFixed(1)}`,
  );
  return { points: points.join(' '), top };
}
