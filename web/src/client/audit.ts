import { answer } from './http';
import { dashboardAuditList } from './generated/dashboard/sdk.gen';
import type { AuditEntry, AuditOutcome, DashboardAuditListData } from './generated/dashboard/types.gen';

export type { AuditEntry, AuditOutcome };
export type AuditQuery = NonNullable<DashboardAuditListData['query']>;

export const listAudit = (query: AuditQuery): Promise<AuditEntry[]> => answer(dashboardAuditList({ query }));
