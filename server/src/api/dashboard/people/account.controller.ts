import { Body, Controller, Delete, Get, Param, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../../../auth/access.js';
import { Sessions } from '../../../auth/sessions.js';
import { notFound } from '../../../base/errors.js';
import type { PasswordChange, SessionRecord } from '../../generated/dashboard/types.gen.js';
import { originOf, sessionOf, slowedDown } from './session-of.js';
import { iso } from './time.js';

/** What is the own of whoever is signed in: their password and their sessions. */
@Controller('dashboard/account')
export class AccountController {
  constructor(
    private readonly access: Access,
    private readonly sessions: Sessions,
  ) {}

  @Put('password')
  changePassword(
    @Body() { current, password }: PasswordChange,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    return slowedDown(reply, this.access.changePassword(sessionOf(request), current, password, originOf(request)));
  }

  @Get('sessions')
  listSessions(@Req() request: FastifyRequest): SessionRecord[] {
    const here = sessionOf(request);
    return this.sessions.list(here.user).map(({ id, created, seen, address, agent }) => ({
      id,
      created: iso(created),
      seen: iso(seen),
      address,
      agent,
      here: id === here.id,
    }));
  }

  @Delete('sessions/:id')
  endSession(@Param('id') id: string, @Req() request: FastifyRequest): void {
    if (!this.sessions.list(sessionOf(request).user).some((session) => session.id === id)) throw notFound(`No such session: ${id}`);
    this.sessions.end(id);
  }
}
