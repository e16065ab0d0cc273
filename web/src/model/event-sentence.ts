import type { EventMessage } from '@/client/generated/docker/types.gen';
import { i18n, t } from '@/language';
import { shortId } from './format';

export interface EventSentence {
  /** What it happened to, as people call it. */
  subject: string;
  /** What happened, in the past tense. */
  verb: string;
  /** Where its page is, when it has one. */
  to?: string;
  tone: 'ok' | 'warn' | 'bad' | 'plain';
}

const LONG_ID = /^(sha256:)?[0-9a-f]{64}$/;

type Words = [verb: string, tone?: EventSentence['tone']];

/** Actions that are more than news. */
const TONES: Record<string, EventSentence['tone']> = {
  'container start': 'ok',
  'container restart': 'ok',
  'container oom': 'bad',
  'container pause': 'warn',
  'container unpause': 'ok',
  'image pull': 'ok',
  'image push': 'ok',
  'image load': 'ok',
};

/** What an action comes to in words; those that are not known are told by their name. */
function plainWords(type: string, action: string): Words {
  const key = `happened.${type}.${action}`;
  return [i18n.global.te(key) ? t(key) : action, TONES[`${type} ${action}`]];
}

/** One event of the daemon as a sentence; containers that a network or volume event names are told by name where it is known. */
export function eventSentence(event: EventMessage, nameOfContainer: (id: string) => string | undefined = () => undefined): EventSentence {
  const attributes = event.Actor.Attributes ?? {};
  const id = event.Actor.ID ?? '';
  const called = attributes['name'] ?? id;
  const subject = event.Type === 'container' || called.startsWith('sha256:') ? called.replace(LONG_ID, shortId) : called;
  const [verb, tone = 'plain'] =
    event.Type === 'container'
      ? containerWords(event.Action, attributes)
      : otherWords(event, nameOfContainer(attributes['container'] ?? ''));
  return { subject: subject || event.Type, verb, tone, to: pageOf(event, id) };
}

function containerWords(action: string, attributes: Record<string, string>): Words {
  if (action === 'die') return endWords(attributes['exitCode'] ?? '0');
  if (action === 'kill' && attributes['signal']) return [t('happened.killedWith', { signal: attributes['signal'] })];
  if (action === 'rename' && attributes['oldName']) return [t('happened.renamedFrom', { name: attributes['oldName'].replace(/^\//, '') })];
  const [name = action, detail] = splitAction(action);
  if (name === 'health_status') return detail === 'healthy' ? [t('happened.healthy'), 'ok'] : [t('happened.unhealthy'), 'bad'];
  if (name === 'exec_create') return [t('happened.execCreated', { command: detail ?? '' })];
  if (name === 'exec_start') return [t('happened.execStarted', { command: detail ?? '' })];
  return plainWords('container', name);
}

const endWords = (code: string): Words =>
  code === '0' ? [t('happened.endedWell')] : [t('happened.endedWith', { code }), code === '143' ? 'plain' : 'bad'];

/** `exec_start: sh -c true` carries its detail behind the colon. */
function splitAction(action: string): [name: string, detail?: string] {
  const colon = action.indexOf(': ');
  return colon < 0 ? [action] : [action.slice(0, colon), action.slice(colon + 2)];
}

function otherWords({ Type, Action }: EventMessage, container: string | undefined): Words {
  if (Type === 'network' && container && Action === 'connect') return [t('happened.joinedBy', { name: container })];
  if (Type === 'network' && container && Action === 'disconnect') return [t('happened.leftBy', { name: container })];
  return plainWords(Type, Action);
}

function pageOf({ Type, Action }: EventMessage, id: string): string | undefined {
  if (!id || Action === 'destroy' || Action === 'delete') return undefined;
  if (Type === 'container') return `/containers/${id}`;
  if (Type === 'network') return `/networks/${id}`;
  return Type === 'image' ? `/images/${encodeURIComponent(id)}` : undefined;
}
