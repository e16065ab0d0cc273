import { answer } from './http';
import {
  dashboardStackAct,
  dashboardStackCheck,
  dashboardStackCreate,
  dashboardStackDelete,
  dashboardStackDeploy,
  dashboardStackInspect,
  dashboardStackPlan,
  dashboardStackSave,
  dashboardStackSchema,
  dashboardStackVersionInspect,
  dashboardStackVersionList,
  dashboardTaskCancel,
} from './generated/dashboard/sdk.gen';
import type {
  Stack,
  StackAction,
  StackCheck,
  StackContent,
  StackDeployment,
  StackKey,
  StackPlan,
  StackPlanRequest,
  StackSchema,
  StackVersion,
  TaskReference,
} from './generated/dashboard/types.gen';

export type { Stack, StackAction, StackCheck, StackContent, StackDeployment, StackKey, StackPlan, StackVersion };

const path = (name: string) => ({ path: { name } });

export const inspectStack = (name: string): Promise<Stack> => answer(dashboardStackInspect(path(name)));
export const createStack = (name: string, content: StackContent): Promise<Stack> =>
  answer(dashboardStackCreate({ body: { name, ...content } }));
export const saveStack = (name: string, body: StackContent): Promise<unknown> => answer(dashboardStackSave({ ...path(name), body }));
export const removeStack = (name: string): Promise<unknown> => answer(dashboardStackDelete(path(name)));
export const checkStack = (name: string, content: StackContent): Promise<StackCheck> =>
  answer(dashboardStackCheck({ body: { name, ...content } }));
export const planStack = (name: string, body: StackPlanRequest): Promise<StackPlan> => answer(dashboardStackPlan({ ...path(name), body }));
export const deployStack = (name: string, body: StackDeployment): Promise<TaskReference> =>
  answer(dashboardStackDeploy({ ...path(name), body }));
export const actOnStack = (name: string, body: StackAction): Promise<TaskReference> => answer(dashboardStackAct({ ...path(name), body }));
export const listStackVersions = (name: string): Promise<StackVersion[]> => answer(dashboardStackVersionList(path(name)));
export const inspectStackVersion = (name: string, number: number): Promise<StackContent> =>
  answer(dashboardStackVersionInspect({ path: { name, number: String(number) } }));
export const cancelTask = (id: string): Promise<unknown> => answer(dashboardTaskCancel({ path: { id } }));

let schema: Promise<StackSchema> | undefined;

/** The keys of a Compose file; asked for once. */
export function composeKeys(): Promise<StackKey[]> {
  schema ??= answer(dashboardStackSchema());
  schema.catch(() => (schema = undefined));
  return schema.then(({ keys }) => keys);
}
