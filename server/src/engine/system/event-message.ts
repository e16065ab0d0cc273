import type { EventMessage } from '../../api/generated/types.gen.js';
import type { DaemonEvent } from '../../events/events.js';

/** An event as the API shows it; clients before 1.52 also read the old names `status`, `id` and `from`. */
export function eventMessage(event: DaemonEvent, old: boolean): EventMessage {
  const { Type, Action, Actor, scope, time } = event;
  const legacy = old && (Type === 'container' || Type === 'image') ? legacyFields(event) : {};
  // A number of nanoseconds is beyond what a double holds exactly.
  const timeNano = JSON.rawJSON(event.timeNano.toString()) as unknown as number;
  return { ...legacy, Type, Action, Actor: { ID: Actor.ID, Attributes: { ...Actor.Attributes } }, scope, time, timeNano };
}

function legacyFields({ Type, Action, Actor }: DaemonEvent): { status: string; id: string; from?: string } {
  const from = Type === 'container' ? Actor.Attributes['image'] : undefined;
  return { status: Action, id: Actor.ID, ...(from ? { from } : {}) };
}
