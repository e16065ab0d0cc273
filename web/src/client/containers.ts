import { answer } from './http';
import {
  containerCreate,
  containerDelete,
  containerInspect,
  containerKill,
  containerPause,
  containerRename,
  containerRestart,
  containerStart,
  containerStop,
  containerTop,
  containerUnpause,
} from './generated/docker/sdk.gen';
import { dashboardContainerStopReason } from './generated/dashboard/sdk.gen';
import type { StopReason } from './generated/dashboard/types.gen';
import type {
  ContainerCreateRequest,
  ContainerCreateResponse,
  ContainerInspectResponse,
  ContainerSummary,
  ContainerTopResponse,
} from './generated/docker/types.gen';

export type { ContainerCreateRequest, ContainerInspectResponse, ContainerSummary, StopReason };

const path = (id: string) => ({ path: { id } });

/** Why a container does not run; without a sentence when it runs. */
export const readStopReason = (id: string): Promise<StopReason> => answer(dashboardContainerStopReason(path(id)));

export const inspectContainer = (id: string): Promise<ContainerInspectResponse> => answer(containerInspect(path(id)));
export const listProcesses = (id: string): Promise<ContainerTopResponse> => answer(containerTop(path(id)));
export const createContainer = (name: string | undefined, body: ContainerCreateRequest): Promise<ContainerCreateResponse> =>
  answer(containerCreate({ body, query: name ? { name } : {} }));
export const startContainer = (id: string): Promise<unknown> => answer(containerStart(path(id)));
export const stopContainer = (id: string): Promise<unknown> => answer(containerStop(path(id)));
export const restartContainer = (id: string): Promise<unknown> => answer(containerRestart(path(id)));
export const pauseContainer = (id: string): Promise<unknown> => answer(containerPause(path(id)));
export const unpauseContainer = (id: string): Promise<unknown> => answer(containerUnpause(path(id)));
export const killContainer = (id: string): Promise<unknown> => answer(containerKill(path(id)));
export const renameContainer = (id: string, name: string): Promise<unknown> => answer(containerRename({ ...path(id), query: { name } }));
/** Removes the container, running or not, and its anonymous volumes when asked. */
export const removeContainer = (id: string, volumes: boolean): Promise<unknown> =>
  answer(containerDelete({ ...path(id), query: { force: true, v: volumes } }));
