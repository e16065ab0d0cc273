import type { ContainerSummary } from '@/client/containers';
import { nameOf } from '@/model/container';
import type { Column } from '@/model/table';
import type { StatsSample } from '@live';

const STATES: ContainerSummary['State'][] = ['restarting', 'running', 'paused', 'dead', 'removing', 'created', 'exited'];

/** Columns of the list; `latest` gives the newest sample of a container. */
export const containerColumns = (latest: (id: string) => StatsSample | undefined): Column<ContainerSummary>[] => [
  { key: 'state', label: 'State', sort: ({ State }) => STATES.indexOf(State), look: 'w-30', card: 'none' },
  { key: 'name', label: 'Name', sort: nameOf, look: 'max-w-60 min-w-36', card: 'head' },
  { key: 'image', label: 'Image', sort: ({ Image }) => Image, look: 'max-w-46' },
  { key: 'cpu', label: 'CPU', sort: ({ Id }) => latest(Id)?.cpu ?? -1, look: 'w-32 text-right' },
  { key: 'memory', label: 'Memory', sort: ({ Id }) => latest(Id)?.memory ?? -1, look: 'w-34 text-right' },
  { key: 'ports', label: 'Ports', look: 'max-w-36' },
  { key: 'status', label: 'Status', sort: ({ Created }) => -Created, look: 'w-36 max-w-40 max-xl:hidden' },
];
