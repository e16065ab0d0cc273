import { Body, Controller, Delete, Get, Param, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../../../auth/access.js';
import { Passkeys, type Passkey } from '../../../auth/second-factor/passkeys.js';
import { SecondFactors } from '../../../auth/second-factor/second-factors.js';
import { Users } from '../../../auth/users.js';
import type {
  Factors,
  NewPasskey,
  Passkey as PasskeyAnswer,
  PasswordConfirmation,
  RecoveryCodes,
  TotpCode,
  TotpSecret,
} from '../../generated/dashboard/types.gen.js';
import { placeOf } from './passkey-place.js';
import { originOf, sessionOf, slowedDown } from './session-of.js';
import { iso } from './time.js';

/** What whoever is signed in signs in with, besides the password. */
@Controller('dashboard/account')
export class FactorController {
  constructor(
    private readonly access: Access,
    private readonly users: Users,
    private readonly factors: SecondFactors,
    private readonly passkeys: Passkeys,
  ) {}

  @Get('factors')
  list(@Req() request: FastifyRequest): Factors {
    const { name } = sessionOf(request).user;
    return {
      password: this.users.get(name).origin === 'password',
      totp: this.factors.isOn(name),
      recoveryCodes: this.factors.recoveryCodes(name),
      passkeys: this.passkeys.list(name).map(toAnswer),
    };
  }

  @Post('totp')
  begin(@Req() request: FastifyRequest): TotpSecret {
    return this.factors.begin(sessionOf(request).user.name);
  }

  @Put('totp')
  confirm(@Body() { code }: TotpCode, @Req() request: FastifyRequest): RecoveryCodes {
    return { codes: this.factors.confirm(sessionOf(request).user.name, code) };
  }

  @Post('totp/off')
  async off(
    @Body() { password }: PasswordConfirmation,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const session = sessionOf(request);
    await slowedDown(reply, this.access.confirm(session, password, originOf(request)));
    this.factors.off(session.user.name);
  }

  @Post('passkeys/options')
  async options(@Req() request: FastifyRequest): Promise<Record<string, unknown>> {
    return { ...(await this.passkeys.registrationOptions(sessionOf(request).user.name, placeOf(request))) };
  }

  @Post('passkeys')
  async register(@Body() { name, response }: NewPasskey, @Req() request: FastifyRequest): Promise<PasskeyAnswer> {
    return toAnswer(await this.passkeys.register(sessionOf(request).user.name, name, response as never, placeOf(request)));
  }

  @Delete('passkeys/:id')
  remove(@Param('id') id: string, @Req() request: FastifyRequest): void {
    this.passkeys.remove(sessionOf(request).user.name, id);
  }
}

function toAnswer({ id, name, created, used }: Passkey): PasskeyAnswer {
  return { id, name, created: iso(created), ...(used !== null && { used: iso(used) }) };
}
