import type { ContainerSummary } from '@/client/containers';
import { t } from '@/language';
import { nameOf } from '@/model/container';
import type { Column } from '@/model/table';
import type { StatsSample } from '@live';

const STATES: ContainerSummary['State'][] = ['restarting', 'running', 'paused', 'dead', 'removing', 'created', 'exited'];

/** Columns of the list; `latest` gives the newest sample of a container. */
export const containerColumns = (latest: (id: string) => StatsSample | undefined): Column<ContainerSummary>[] => [
  { key: 'state', label: t('columns.state'), sort: ({ State }) => STATES.indexOf(State), look: 'w-30', card: 'none' },
  { key: 'name', label: t('columns.name'), sort: nameOf, look: 'max-w-60 min-w-36', card: 'head' },
  { key: 'image', label: t('columns.image'), sort: ({ Image }) => Image, look: 'max-w-46' },
  { key: 'cpu', label: t('columns.cpu'), sort: ({ Id }) => latest(Id)?.cpu ?? -1, look: 'w-32 text-right' },
  { key: 'memory', label: t('columns.memory'), sort: ({ Id }) => latest(Id)?.memory ?? -1, look: 'w-34 text-right' },
  { key: 'ports', label: t('columns.ports'), look: 'max-w-36' },
  { key: 'status', label: t('columns.status'), sort: ({ Created }) => -Created, look: 'w-36 max-w-40 max-xl:hidden' },
];
