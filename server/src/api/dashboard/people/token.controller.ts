import { Body, Controller, Delete, Get, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ApiTokens, type ApiToken } from '../../../auth/api-tokens.js';
import type { ApiToken as ApiTokenAnswer, ApiTokenRequest, NewApiToken } from '../../generated/dashboard/types.gen.js';
import { sessionOf } from './session-of.js';
import { iso } from './time.js';

/** API tokens of whoever asks. */
@Controller('dashboard/tokens')
export class TokenController {
  constructor(private readonly tokens: ApiTokens) {}

  @Get()
  list(@Req() request: FastifyRequest): ApiTokenAnswer[] {
    return this.tokens.list(sessionOf(request).user).map(toAnswer);
  }

  @Post()
  create(@Req() request: FastifyRequest, @Body() { name, role = 'admin', projects, expires }: ApiTokenRequest): NewApiToken {
    const wish = { name, role, projects, expires: expires === undefined ? undefined : Date.parse(expires) };
    const { token, record } = this.tokens.create(sessionOf(request).user, wish);
    return { ...toAnswer(record), token };
  }

  @Delete(':id')
  delete(@Req() request: FastifyRequest, @Param('id') id: string): void {
    this.tokens.remove(sessionOf(request).user, id);
  }
}

function toAnswer({ id, name, role, projects, created, expires, used }: ApiToken): ApiTokenAnswer {
  return {
    id,
    name,
    role,
    created: iso(created),
    ...(projects && { projects: [...projects] }),
    ...(expires !== undefined && { expires: iso(expires) }),
    ...(used !== undefined && { used: iso(used) }),
  };
}
