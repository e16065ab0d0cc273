import { answer } from './http';
import { systemInfo, systemVersion } from './generated/docker/sdk.gen';
import type { SystemInfoResponses, SystemVersionResponses } from './generated/docker/types.gen';

export type SystemInfo = SystemInfoResponses[200];
export type SystemVersion = SystemVersionResponses[200];

export const inspectSystem = (): Promise<SystemInfo> => answer(systemInfo());
export const inspectVersion = (): Promise<SystemVersion> => answer(systemVersion());
