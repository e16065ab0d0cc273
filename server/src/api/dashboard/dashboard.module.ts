import { Module } from '@nestjs/common';
import { AccountController } from './people/account.controller.js';
import { AuditController } from './people/audit.controller.js';
import { FactorController } from './people/factor.controller.js';
import { OidcController } from './people/oidc.controller.js';
import { SessionController } from './people/session.controller.js';
import { TokenController } from './people/token.controller.js';
import { UserController } from './people/user.controller.js';

/** Who signs in, and who may: what the page needs beyond the Engine API, as dashboard-api.openapi.yaml describes it. */
@Module({
  controllers: [AccountController, AuditController, FactorController, OidcController, SessionController, TokenController, UserController],
})
export class DashboardModule {}
