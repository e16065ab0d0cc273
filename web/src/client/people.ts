import { answer } from './http';
import {
  dashboardJoin,
  dashboardPasswordChange,
  dashboardSessionDelete,
  dashboardSessionList,
  dashboardTokenCreate,
  dashboardTokenDelete,
  dashboardTokenList,
  dashboardUserChange,
  dashboardUserDelete,
  dashboardUserInvite,
  dashboardUserLink,
  dashboardUserList,
} from './generated/dashboard/sdk.gen';
import type {
  ApiToken,
  ApiTokenRequest,
  Invitation,
  NewApiToken,
  NewUser,
  ProjectRoles,
  Role,
  Session,
  SessionRecord,
  UserAccount,
  UserChange,
} from './generated/dashboard/types.gen';

export type { ApiToken, ApiTokenRequest, Invitation, NewApiToken, NewUser, ProjectRoles, Role, SessionRecord, UserAccount, UserChange };

export const listUsers = (): Promise<UserAccount[]> => answer(dashboardUserList());
export const inviteUser = (user: NewUser): Promise<Invitation> => answer(dashboardUserInvite({ body: user }));
export const changeUser = (name: string, change: UserChange): Promise<UserAccount> =>
  answer(dashboardUserChange({ path: { name }, body: change }));
export const removeUser = (name: string): Promise<unknown> => answer(dashboardUserDelete({ path: { name } }));
export const newUserLink = (name: string): Promise<Invitation> => answer(dashboardUserLink({ path: { name } }));
export const join = (token: string, password: string): Promise<Session> => answer(dashboardJoin({ body: { token, password } }));

export const changePassword = (current: string, password: string): Promise<unknown> =>
  answer(dashboardPasswordChange({ body: { current, password } }));
export const listSessions = (): Promise<SessionRecord[]> => answer(dashboardSessionList());
export const endSession = (id: string): Promise<unknown> => answer(dashboardSessionDelete({ path: { id } }));

export const listTokens = (): Promise<ApiToken[]> => answer(dashboardTokenList());
export const createToken = (wish: ApiTokenRequest): Promise<NewApiToken> => answer(dashboardTokenCreate({ body: wish }));
export const removeToken = (id: string): Promise<unknown> => answer(dashboardTokenDelete({ path: { id } }));
