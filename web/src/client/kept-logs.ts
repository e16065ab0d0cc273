import { answer } from './http';
import { dashboardLogDelete, dashboardLogList } from './generated/dashboard/sdk.gen';
import type { LogSource } from './generated/dashboard/types.gen';

export type { LogSource };

/** All logs: of containers, and those that are kept of containers that are gone. */
export const listLogs = (): Promise<LogSource[]> => answer(dashboardLogList());
export const deleteLog = (id: string): Promise<unknown> => answer(dashboardLogDelete({ path: { id } }));
