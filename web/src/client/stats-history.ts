import { answer } from './http';
import { dashboardStatsHistory, dashboardStatsSeries } from './generated/dashboard/sdk.gen';
import type { StatsHistory } from './generated/dashboard/types.gen';

export type { StatsHistory };

/** `host`, `container:NAME` and `project:NAME` of all that anything is known of. */
export const listSeries = (): Promise<string[]> => answer(dashboardStatsSeries());
/** @param from @param to seconds since 1970 */
export const readStats = (series: string, from: number, to: number): Promise<StatsHistory> =>
  answer(dashboardStatsHistory({ query: { series, from, to } }));
