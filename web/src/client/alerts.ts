import { answer } from './http';
import {
  dashboardAlertChannelCreate,
  dashboardAlertChannelDelete,
  dashboardAlertChannelList,
  dashboardAlertChannelReplace,
  dashboardAlertChannelTest,
  dashboardAlertRuleCreate,
  dashboardAlertRuleDelete,
  dashboardAlertRuleList,
  dashboardAlertRuleReplace,
} from './generated/dashboard/sdk.gen';
import type { AlertChannel, AlertChannelRequest, AlertRule, AlertRuleRequest } from './generated/dashboard/types.gen';

export type { AlertChannel, AlertChannelRequest, AlertRule, AlertRuleRequest };

const path = (id: string) => ({ path: { id } });

export const listRules = (): Promise<AlertRule[]> => answer(dashboardAlertRuleList());
/** Adds a rule, or changes the one with this ID. */
export const saveRule = (body: AlertRuleRequest, id?: string): Promise<AlertRule> =>
  answer(id === undefined ? dashboardAlertRuleCreate({ body }) : dashboardAlertRuleReplace({ ...path(id), body }));
export const removeRule = (id: string): Promise<unknown> => answer(dashboardAlertRuleDelete(path(id)));

export const listChannels = (): Promise<AlertChannel[]> => answer(dashboardAlertChannelList());
/** Adds a channel, or changes the one with this ID; without `secret` it keeps the one it has. */
export const saveChannel = (body: AlertChannelRequest, id?: string): Promise<AlertChannel> =>
  answer(id === undefined ? dashboardAlertChannelCreate({ body }) : dashboardAlertChannelReplace({ ...path(id), body }));
export const removeChannel = (id: string): Promise<unknown> => answer(dashboardAlertChannelDelete(path(id)));
/** @throws ApiError with why the message did not arrive */
export const testChannel = (id: string): Promise<unknown> => answer(dashboardAlertChannelTest(path(id)));
