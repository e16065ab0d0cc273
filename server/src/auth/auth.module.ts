import { Global, Module } from '@nestjs/common';
import { Access } from './access.js';
import { ApiTokens } from './api-tokens.js';
import { AuditLog } from './audit-log.js';
import { Attempts } from './attempts.js';
import { Invitations } from './invitations.js';
import { Oidc } from './oidc/oidc.js';
import { Passkeys } from './second-factor/passkeys.js';
import { RequestPolicy } from './request-policy.js';
import { SecondFactors } from './second-factor/second-factors.js';
import { Sessions } from './sessions.js';
import { SetupToken } from './setup-token.js';
import { Database } from '../state/database.js';
import { Users } from './users.js';

/** Who may come in. */
@Global()
@Module({
  providers: [
    { provide: AuditLog, useFactory: (database: Database) => new AuditLog(database), inject: [Database] },
    Users,
    Sessions,
    ApiTokens,
    Invitations,
    SecondFactors,
    Passkeys,
    Oidc,
    SetupToken,
    Attempts,
    Access,
    RequestPolicy,
  ],
  exports: [Access, ApiTokens, AuditLog, Invitations, Oidc, Passkeys, RequestPolicy, SecondFactors, Sessions, Users],
})
export class AuthModule {}
