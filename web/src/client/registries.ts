import { answer } from './http';
import {
  dashboardImagePush,
  dashboardImageUpdateCheck,
  dashboardRegistryDelete,
  dashboardRegistryList,
  dashboardRegistryLogin,
} from './generated/dashboard/sdk.gen';
import type { ImageUpdate, RegistryLogin, RegistryLoginRequest, TaskReference } from './generated/dashboard/types.gen';

export type { ImageUpdate, RegistryLogin, RegistryLoginRequest };

export const listRegistries = (): Promise<RegistryLogin[]> => answer(dashboardRegistryList());
/** @throws ApiError when the registry does not take the login */
export const loginAtRegistry = (body: RegistryLoginRequest): Promise<RegistryLogin> => answer(dashboardRegistryLogin({ body }));
export const forgetRegistry = (domain: string): Promise<unknown> => answer(dashboardRegistryDelete({ path: { domain } }));
export const checkImageUpdates = (): Promise<ImageUpdate[]> => answer(dashboardImageUpdateCheck());
export const pushImage = (reference: string): Promise<TaskReference> => answer(dashboardImagePush({ body: { reference } }));
