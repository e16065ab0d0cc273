import { answer } from './http';
import { dashboardLogin, dashboardLogout, dashboardSession, dashboardSetup, dashboardSetupInspect } from './generated/dashboard/sdk.gen';
import type { Session, SetupState } from './generated/dashboard/types.gen';

export type { Session };

export const inspectSetup = (): Promise<SetupState> => answer(dashboardSetupInspect());
export const inspectSession = (): Promise<Session> => answer(dashboardSession());
export const login = (name: string, password: string, code = ''): Promise<Session> =>
  answer(dashboardLogin({ body: { name, password, ...(code && { code }) } }));
export const setUp = (token: string, name: string, password: string): Promise<Session> =>
  answer(dashboardSetup({ body: { token, name, password } }));
export const logout = (): Promise<unknown> => answer(dashboardLogout());
