import type { EventMessage } from '@/client/generated/docker/types.gen';
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

const CONTAINER: Record<string, Words> = {
  create: ['was created'],
  start: ['started', 'ok'],
  restart: ['was restarted', 'ok'],
  stop: ['was stopped'],
  kill: ['was sent a signal'],
  die: ['ended'],
  oom: ['ran out of memory', 'bad'],
  pause: ['was paused', 'warn'],
  unpause: ['goes on', 'ok'],
  destroy: ['was removed'],
  rename: ['was renamed'],
  update: ['was updated'],
  attach: ['was attached to'],
  detach: ['was detached from'],
  resize: ['had its terminal resized'],
  commit: ['was committed to an image'],
  export: ['was exported'],
  copy: ['had files copied'],
  top: ['had its processes listed'],
  'archive-path': ['had files read'],
  'extract-to-dir': ['had files written'],
  exec_die: ['finished a command inside'],
};
const OTHERS: Record<string, Record<string, Words>> = {
  image: {
    pull: ['was pulled', 'ok'],
    push: ['was pushed', 'ok'],
    tag: ['was tagged'],
    untag: ['lost a tag'],
    delete: ['was removed'],
    load: ['was loaded', 'ok'],
    save: ['was saved'],
    import: ['was imported'],
    create: ['was created'],
  },
  network: {
    create: ['was created'],
    connect: ['was joined by a container'],
    disconnect: ['was left by a container'],
    destroy: ['was removed'],
  },
  volume: { create: ['was created'], mount: ['was mounted'], unmount: ['was unmounted'], destroy: ['was removed'] },
};

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
  if (action === 'kill' && attributes['signal']) return [`was sent signal ${attributes['signal']}`];
  if (action === 'rename' && attributes['oldName']) return [`was renamed from ${attributes['oldName'].replace(/^\//, '')}`];
  const [name = action, detail] = splitAction(action);
  if (name === 'health_status') return detail === 'healthy' ? ['became healthy', 'ok'] : ['became unhealthy', 'bad'];
  if (name === 'exec_create') return [`got a command to run: ${detail ?? ''}`];
  if (name === 'exec_start') return [`runs a command: ${detail ?? ''}`];
  return CONTAINER[name] ?? [name];
}

const endWords = (code: string): Words =>
  code === '0' ? ['ended without an error'] : [`ended with exit code ${code}`, code === '143' ? 'plain' : 'bad'];

/** `exec_start: sh -c true` carries its detail behind the colon. */
function splitAction(action: string): [name: string, detail?: string] {
  const colon = action.indexOf(': ');
  return colon < 0 ? [action] : [action.slice(0, colon), action.slice(colon + 2)];
}

function otherWords({ Type, Action }: EventMessage, container: string | undefined): Words {
  const [verb, tone] = OTHERS[Type]?.[Action] ?? [Action];
  return [container ? verb.replace('a container', container) : verb, tone];
}

function pageOf({ Type, Action }: EventMessage, id: string): string | undefined {
  if (!id || Action === 'destroy' || Action === 'delete') return undefined;
  if (Type === 'container') return `/containers/${id}`;
  if (Type === 'network') return `/networks/${id}`;
  return Type === 'image' ? `/images/${encodeURIComponent(id)}` : undefined;
}
