import { Controller, Get, Query } from '@nestjs/common';
import { AuditLog } from '../../../auth/audit-log.js';
import type { AuditEntry, DashboardAuditListData } from '../../generated/dashboard/types.gen.js';
import { iso } from './time.js';

/** Who changed what, for admins. */
@Controller('dashboard/audit')
export class AuditController {
  constructor(private readonly log: AuditLog) {}

  @Get()
  list(@Query() { limit = 100, ...filter }: NonNullable<DashboardAuditListData['query']>): AuditEntry[] {
    return this.log.list(filter, limit).map(({ time, token, ...entry }) => ({ ...entry, time: iso(time), ...(token && { token }) }));
  }
}
