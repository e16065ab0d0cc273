import { Body, Controller, Delete, Get, Param, Post, Put } from '@nestjs/common';
import { ApiTokens } from '../../../auth/api-tokens.js';
import { checkGrants } from '../../../auth/grants.js';
import { Invitations } from '../../../auth/invitations.js';
import { Sessions } from '../../../auth/sessions.js';
import { Users, type Account } from '../../../auth/users.js';
import { conflict } from '../../../base/errors.js';
import type { Invitation, NewUser, UserAccount, UserChange } from '../../generated/dashboard/types.gen.js';
import { iso } from './time.js';

/** The people who may sign in, for admins. */
@Controller('dashboard/users')
export class UserController {
  constructor(
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly tokens: ApiTokens,
    private readonly invitations: Invitations,
  ) {}

  @Get()
  list(): UserAccount[] {
    return this.users.all().map((account) => this.toAnswer(account));
  }

  @Post()
  invite(@Body() user: NewUser): Invitation {
    checkGrants(user);
    this.users.add(user, '');
    return this.link(user.name);
  }

  @Put(':name')
  change(@Param('name') name: string, @Body() change: UserChange): UserAccount {
    checkGrants(change);
    this.users.change(this.users.get(name).name, change);
    return this.toAnswer(this.users.get(name));
  }

  @Delete(':name')
  remove(@Param('name') name: string): void {
    const { name: known } = this.users.get(name);
    this.users.remove(known);
  }

  @Post(':name/link')
  link(@Param('name') reference: string): Invitation {
    const { name, origin } = this.users.get(reference);
    if (origin === 'oidc') throw conflict(`${name} signs in at the OpenID provider and has no password here`);
    const { token, expires } = this.invitations.issue({ name });
    return { name, token, expires: iso(expires) };
  }

  private toAnswer(account: Account): UserAccount {
    const { name, role, projects, disabled, joined, origin, created } = account;
    const sessions = this.sessions.list(account);
    const [seen] = sessions.map((session) => session.seen).sort((a, b) => b - a);
    const invited = this.invitations.expiryOf(name);
    return {
      name,
      role,
      projects: projects as UserAccount['projects'],
      disabled,
      joined,
      origin,
      created: iso(created),
      ...(seen !== undefined && { seen: iso(seen) }),
      ...(invited !== undefined && { invited: iso(invited) }),
      sessions: sessions.length,
      tokens: this.tokens.list(account).length,
    };
  }
}
