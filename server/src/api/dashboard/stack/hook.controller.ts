import { Controller, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GitUpdates } from '../../live/stacks/git-updates.js';
import { originOf, slowedDown } from '../people/session-of.js';

/** Where git hosts call. */
@Controller('dashboard/hooks')
export class HookController {
  constructor(private readonly updates: GitUpdates) {}

  @Post('stacks/:name/:secret')
  call(
    @Param('name') name: string,
    @Param('secret') secret: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    return slowedDown(reply, this.updates.called(name, secret, originOf(request).address));
  }
}
