import { Body, Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../../../auth/access.js';
import { Oidc } from '../../../auth/oidc/oidc.js';
import { Passkeys } from '../../../auth/second-factor/passkeys.js';
import { Users } from '../../../auth/users.js';
import type {
  Credentials,
  JoinRequest,
  PasskeyAnswer,
  Session as SessionAnswer,
  SetupRequest,
  SetupState,
} from '../../generated/dashboard/types.gen.js';
import { setClaimedName } from '../../http/requester.js';
import { clearSessionCookie } from './cookie.js';
import { placeOf } from './passkey-place.js';
import { enter, neverCached, originOf, sessionOf, toAnswer } from './session-of.js';

/** The first admin, signing in and out. Which requests come this far, the request policy decides. */
@Controller('dashboard')
export class SessionController {
  constructor(
    private readonly access: Access,
    private readonly users: Users,
    private readonly passkeys: Passkeys,
    private readonly oidc: Oidc,
  ) {}

  @Get('setup')
  inspectSetup(@Res({ passthrough: true }) reply: FastifyReply): SetupState {
    neverCached(reply);
    const { name } = this.oidc;
    return { needed: this.access.setupNeeded, ...(name !== undefined && { oidc: name }) };
  }

  @Post('setup')
  setUp(
    @Body() body: SetupRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionAnswer> {
    return enter(request, reply, this.access.setUp(body, originOf(request)));
  }

  @Post('join')
  join(@Body() body: JoinRequest, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<SessionAnswer> {
    return enter(request, reply, this.access.join(body, originOf(request)));
  }

  @Post('login')
  login(
    @Body() body: Credentials,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionAnswer> {
    // What is typed for a name that is none may be a password.
    const known = this.users.find(body.name);
    if (known) setClaimedName(request, known.user.name);
    return enter(request, reply, this.access.login(body, originOf(request)));
  }

  @Post('login/passkey/options')
  async challenge(@Req() request: FastifyRequest): Promise<Record<string, unknown>> {
    return { ...(await this.passkeys.authenticationOptions(placeOf(request))) };
  }

  @Post('login/passkey')
  loginByPasskey(
    @Body() { response }: PasskeyAnswer,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionAnswer> {
    return enter(request, reply, this.access.loginByPasskey(response as never, placeOf(request), originOf(request)));
  }

  @Get('session')
  session(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): SessionAnswer {
    neverCached(reply);
    return toAnswer(sessionOf(request));
  }

  @Post('logout')
  logout(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): void {
    this.access.logout(sessionOf(request));
    neverCached(reply);
    clearSessionCookie(request, reply);
  }
}
