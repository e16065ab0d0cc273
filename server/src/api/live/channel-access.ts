import { forbidden, notFound } from '../../base/errors.js';
import { has, isVisible, Ownership, projectOf, ROLE_FOR, type Owner, type Right, type Rights } from '../../engine/access/index.js';
import type { DaemonEvent } from '../../events/events.js';
import { targetOwner } from './deployments.js';
import type { Fields } from './fields.js';
import type { ChannelData, ChannelKind, ListChange, Task } from './protocol.js';
import { HOST } from './stats/host.js';

/** What of a `data` is shown; undefined shows nothing of it. */
export type See<Kind extends ChannelKind = ChannelKind> = (data: ChannelData[Kind]) => ChannelData[Kind] | undefined;

/** Who asks for a channel, and how it is found out whose things are. */
export interface ChannelAsker {
  readonly rights: Rights;
  readonly ownership: Ownership;
  /** Whose thing a deployment's task changes. */
  readonly taskOwner: (task: string) => Owner | undefined;
}

/**
 * Decides whether a channel may be opened, and what of its data is shown. One for each kind, so that none can be without.
 * @throws Forbidden, NotFound
 */
type ChannelRule<Kind extends ChannelKind> = (params: Fields, asker: ChannelAsker) => See<Kind>;

const RULES: { readonly [Kind in ChannelKind]: ChannelRule<Kind> } = {
  containers: (_, { rights }) =>
    listed(
      ({ Labels }) => rights.in(projectOf(Labels), 'view'),
      ({ Id }) => Id,
    ),
  networks: (_, { rights }) =>
    listed(
      ({ Labels }) => rights.in(projectOf(Labels), 'view'),
      ({ Id }) => Id,
    ),
  volumes: (_, { rights, ownership }) =>
    listed(
      ({ Name }) => sees(rights, ownership.volume(Name)),
      ({ Name }) => Name,
    ),
  images: (_, { rights }) => {
    need(rights.anywhere('view'), 'view');
    return everything;
  },
  stacks: (_, { rights }) =>
    listed(
      ({ name }) => rights.in(name, 'view'),
      ({ name }) => name,
    ),
  terminals: (_, { rights, ownership }) =>
    listed(
      ({ container }) => sees(rights, ownership.container(container)),
      ({ id }) => id,
    ),
  tasks: (_, { rights, ownership }) =>
    listed(
      (task) => seesTask(task, rights, ownership),
      ({ id }) => id,
    ),
  alerts: (_, { rights, ownership }) =>
    listed(
      ({ container }) => container !== undefined && sees(rights, ownership.container(container)),
      ({ id }) => id,
    ),
  schedules: (_, { rights }) => {
    need(rights.everywhere('view'), 'view');
    return everything;
  },
  imageUpdates: (_, { rights }) => {
    need(rights.anywhere('view'), 'view');
    return everything;
  },
  stats: (params, { rights, ownership }) => {
    for (const id of params.optionalTexts('ids') ?? [])
      if (id === HOST) need(rights.everywhere('view'), 'view');
      else needOf('container', id, ownership.container(id), rights, 'view');
    return (samples) => some(samples.filter(({ id }) => (id === HOST ? rights.everywhere('view') : sees(rights, ownership.container(id)))));
  },
  events:
    (_, { rights, ownership }) =>
    (events) =>
      some(
        events.filter(({ Type = '', Action = '', Actor }) =>
          isVisible(
            { Type, Action, Actor: { ID: Actor?.ID ?? '', Attributes: Actor?.Attributes ?? {} } } as unknown as DaemonEvent,
            rights,
            ownership,
          ),
        ),
      ),
  logs: (params, { rights, ownership }) => {
    const id = params.text('container');
    needOf('container', id, ownership.log(id), rights, 'view');
    return everything;
  },
  logSearch: (params, { rights, ownership }) => {
    for (const id of params.optionalTexts('logs') ?? []) needOf('log', id, ownership.log(id), rights, 'view');
    return (hits) => (rights.in(hits.source.project, 'view') ? hits : undefined);
  },
  terminal: (params, { rights, ownership }) => {
    const id = params.text('container');
    needOf('container', id, ownership.container(id), rights, 'operate');
    return everything;
  },
  pull: (params, { rights }) => {
    const right = params.flag('start') ? 'operate' : 'view';
    need(rights.anywhere(right), right);
    return everything;
  },
  deploy: (params, { rights, taskOwner }) => {
    const task = params.text('task');
    needOf('deployment', task, taskOwner(task), rights, 'view');
    return everything;
  },
};

/** How a channel's data is shown to whoever asks for it. @throws Forbidden, NotFound */
export function seeChannel(kind: ChannelKind, params: Fields, asker: ChannelAsker): See {
  if (asker.rights.everywhere('admin')) return everything;
  const see = RULES[kind](params, asker) as See;
  return asker.rights.everywhere('view') ? everything : see;
}

const everything = <Data>(data: Data): Data => data;

function some<Item>(items: Item[]): Item[] | undefined {
  return items.length > 0 ? items : undefined;
}

/** Of a list only what is seen, and of what goes only what was shown: names tell something, too. */
function listed<Item>(
  isSeen: (item: Item) => boolean,
  keyOf: (item: Item) => string,
): (change: ListChange<Item>) => ListChange<Item> | undefined {
  const shown = new Set<string>();
  return (change) => {
    if (change.reset) shown.clear();
    const upsert = change.upsert.filter(isSeen);
    const hidden = change.upsert.filter((item) => !isSeen(item)).map(keyOf);
    const remove = [...change.remove, ...hidden].filter((key) => shown.delete(key));
    for (const item of upsert) shown.add(keyOf(item));
    return change.reset || upsert.length > 0 || remove.length > 0 ? { ...change, upsert, remove } : undefined;
  };
}

/** Pulls are of images, which are everybody's. */
function seesTask({ target }: Task, rights: Rights, ownership: Ownership): boolean {
  return target === undefined ? rights.anywhere('view') : sees(rights, targetOwner(target, ownership));
}

function sees(rights: Rights, owner: Owner | undefined): boolean {
  return owner !== undefined && has(rights, 'view', owner);
}

/** What is not there is the channel's to say. */
function needOf(kind: string, name: string, owner: Owner | undefined, rights: Rights, right: Right): void {
  if (owner === undefined) return need(rights.anywhere(right), right);
  if (!has(rights, 'view', owner)) throw notFound(`No such ${kind}: ${name}`);
  need(has(rights, right, owner), right);
}

function need(had: boolean, right: Right): void {
  if (!had) throw forbidden(`this needs the role ${ROLE_FOR[right]}`);
}
