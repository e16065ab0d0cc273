import { has, projectOf, type Ownership, type Rights } from '../../engine/access/index.js';
import type { LogSource } from '../generated/dashboard/types.gen.js';
import type { ContainerSummary, Network, VolumeListResponse } from '../generated/types.gen.js';
import { seriesOwner } from './authority.js';

type Filter = (answer: never, rights: Rights, ownership: Ownership) => unknown;

const seen = (rights: Rights, project: string): boolean => rights.in(project, 'view');

/** What of a `listed` answer is shown to somebody who does not see everything, by operation. */
const FILTERS: Readonly<Record<string, Filter>> = {
  ContainerList: (list: ContainerSummary[], rights: Rights) => list.filter(({ Labels }) => seen(rights, projectOf(Labels))),
  NetworkList: (list: Network[], rights: Rights) => list.filter(({ Labels }) => seen(rights, projectOf(Labels))),
  VolumeList: (answer: VolumeListResponse, rights: Rights, ownership: Ownership) => ({
    ...answer,
    Volumes: (answer.Volumes ?? []).filter(({ Name }) => {
      const owner = ownership.volume(Name);
      return owner !== undefined && has(rights, 'view', owner);
    }),
  }),
  DashboardLogList: (list: LogSource[], rights: Rights) => list.filter(({ project }) => seen(rights, project)),
  DashboardStatsSeries: (list: string[], rights: Rights, ownership: Ownership) =>
    list.filter((series) => {
      const owner = seriesOwner(series, ownership);
      return owner !== undefined && owner !== 'host' && has(rights, 'view', owner);
    }),
};

/** Answers that come as streams are filtered where they are written. */
const STREAMED: ReadonlySet<string> = new Set(['SystemEvents']);

/** Whether it is known what of an operation's answer somebody may see. */
export function hasFilter(operation: string): boolean {
  return operation in FILTERS || STREAMED.has(operation);
}

/** What of an answer somebody may see. */
export function filterListed(operation: string, answer: unknown, rights: Rights, ownership: Ownership): unknown {
  if (rights.everywhere('view')) return answer;
  const filter = FILTERS[operation];
  if (!filter) throw new Error(`nothing says what of ${operation} may be seen`);
  return filter(answer as never, rights, ownership);
}
