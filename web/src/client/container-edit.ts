import type { ContainerCreateRequest } from './containers';
import {
  dashboardContainerCheck,
  dashboardContainerEdit,
  dashboardContainerPlan,
  dashboardContainerRefresh,
  dashboardContainerRequest,
  dashboardContainerRevisionList,
  dashboardContainerRevisionRestore,
} from './generated/dashboard/sdk.gen';
import type { Change, ContainerCheckAnswer, ContainerRevision, TaskReference } from './generated/dashboard/types.gen';
import { answer } from './http';

export type { Change, ContainerRevision };
export type Finding = ContainerCheckAnswer['findings'][number];

/** What a container is to be. */
export interface Wanted {
  name: string;
  body: ContainerCreateRequest;
}

const sent = ({ name, body }: Wanted) => ({ name, body: { ...body } });

export const requestOf = (id: string): Promise<Wanted> => answer(dashboardContainerRequest({ path: { id } })) as Promise<Wanted>;
export const checkContainer = (wanted: Wanted, id?: string): Promise<ContainerCheckAnswer> =>
  answer(dashboardContainerCheck({ body: { ...sent(wanted), ...(id && { id }) } }));
export const planEdit = (id: string, wanted: Wanted): Promise<{ changes: Change[] }> =>
  answer(dashboardContainerPlan({ path: { id }, body: sent(wanted) }));
export const editContainer = (id: string, wanted: Wanted): Promise<TaskReference> =>
  answer(dashboardContainerEdit({ path: { id }, body: sent(wanted) }));
export const refreshContainer = (id: string, seconds: number): Promise<TaskReference> =>
  answer(dashboardContainerRefresh({ path: { id }, body: { seconds } }));
export const listRevisions = (id: string): Promise<ContainerRevision[]> => answer(dashboardContainerRevisionList({ path: { id } }));
export const restoreRevision = (id: string, number: number): Promise<TaskReference> =>
  answer(dashboardContainerRevisionRestore({ path: { id, number: String(number) } }));
