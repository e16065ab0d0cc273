import { answer } from './http';
import {
  dashboardStackFromGit,
  dashboardStackGitChange,
  dashboardStackGitCheck,
  dashboardStackGitDeploy,
  dashboardStackGitDetach,
  dashboardStackGitHookRenew,
  dashboardStackGitInspect,
} from './generated/dashboard/sdk.gen';
import type { GitRequest, GitSettings, GitState, NewGitStack, Stack, TaskReference } from './generated/dashboard/types.gen';

export type { GitRequest, GitSettings, GitState };

const path = (name: string) => ({ path: { name } });

export const createGitStack = (body: NewGitStack): Promise<Stack> => answer(dashboardStackFromGit({ body }));
export const inspectGit = (name: string): Promise<GitSettings> => answer(dashboardStackGitInspect(path(name)));
export const changeGit = (name: string, body: GitRequest): Promise<GitSettings> => answer(dashboardStackGitChange({ ...path(name), body }));
export const detachGit = (name: string): Promise<unknown> => answer(dashboardStackGitDetach(path(name)));
export const checkGit = (name: string): Promise<GitState> => answer(dashboardStackGitCheck(path(name)));
export const deployGit = (name: string): Promise<TaskReference> => answer(dashboardStackGitDeploy(path(name)));
export const renewGitHook = (name: string): Promise<GitSettings> => answer(dashboardStackGitHookRenew(path(name)));
