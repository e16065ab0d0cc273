import { answer } from './http';
import {
  dashboardBackupCreate,
  dashboardBackupDelete,
  dashboardBackupList,
  dashboardBackupRestore,
  dashboardScheduleCreate,
  dashboardScheduleDelete,
  dashboardScheduleReplace,
  dashboardScheduleRun,
} from './generated/dashboard/sdk.gen';
import type { Schedule, ScheduleRequest, ScheduleRun, VolumeBackup } from './generated/dashboard/types.gen';

export type { Schedule, ScheduleRequest, ScheduleRun, VolumeBackup };

const path = (id: string) => ({ path: { id } });

/** Adds a schedule, or changes the one with this ID. */
export const saveSchedule = (body: ScheduleRequest, id?: string): Promise<Schedule> =>
  answer(id === undefined ? dashboardScheduleCreate({ body }) : dashboardScheduleReplace({ ...path(id), body }));
export const removeSchedule = (id: string): Promise<unknown> => answer(dashboardScheduleDelete(path(id)));
export const runSchedule = (id: string): Promise<unknown> => answer(dashboardScheduleRun(path(id)));

export const listBackups = (volume: string): Promise<VolumeBackup[]> => answer(dashboardBackupList({ path: { volume } }));
export const makeBackup = (volume: string): Promise<VolumeBackup> => answer(dashboardBackupCreate({ path: { volume } }));
export const restoreBackup = (volume: string, name: string): Promise<unknown> => answer(dashboardBackupRestore({ path: { volume, name } }));
export const removeBackup = (volume: string, name: string): Promise<unknown> => answer(dashboardBackupDelete({ path: { volume, name } }));
/** Where the browser downloads a backup from. */
export const backupUrl = (volume: string, name: string): string =>
  `/dashboard/backups/${encodeURIComponent(volume)}/${encodeURIComponent(name)}`;
