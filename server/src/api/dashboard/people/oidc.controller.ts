import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../../../auth/access.js';
import { cookieOf } from '../../../auth/headers.js';
import { Oidc } from '../../../auth/oidc/oidc.js';
import { messageOf } from '../../../base/errors.js';
import { enter, neverCached, originOf } from './session-of.js';

const CALLBACK = '/dashboard/oidc/callback';
const COOKIE = 'slipway_oidc';
const LIFE = 600;
/** The session's cookie is for this site only, and a redirection would still be the provider's: the page has to go there itself. */
const ARRIVED = '<!doctype html><meta http-equiv="refresh" content="0;url=/containers"><title>Slipway</title>';

/** To the OpenID provider and back. */
@Controller('dashboard/oidc')
export class OidcController {
  constructor(
    private readonly oidc: Oidc,
    private readonly access: Access,
  ) {}

  @Get('start')
  async start(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    neverCached(reply);
    try {
      const { url, ticket } = await this.oidc.begin(`${request.protocol}://${request.headers.host ?? ''}${CALLBACK}`);
      reply.header('set-cookie', ticketCookie(request, ticket, LIFE)).redirect(url, 302);
    } catch (error) {
      backToLogin(reply, error);
    }
  }

  @Get('callback')
  async callback(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const ticket = cookieOf(request.headers, COOKIE) ?? '';
    try {
      const user = await this.oidc.finish(ticket, new URL(request.url, 'http://here').search);
      await enter(request, reply, Promise.resolve(this.access.signIn(user, originOf(request))));
      reply
        .header('set-cookie', ticketCookie(request, '', 0))
        .header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
        .type('text/html; charset=utf-8')
        .send(ARRIVED);
    } catch (error) {
      backToLogin(reply, error);
    }
  }
}

/** Lax: it has to come back from the provider's site. It is worth nothing without what the provider says. */
function ticketCookie(request: FastifyRequest, value: string, seconds: number): string {
  const secure = request.protocol === 'https' ? '; Secure' : '';
  return `${COOKIE}=${value}; HttpOnly; SameSite=Lax; Path=/dashboard/oidc; Max-Age=${seconds}${secure}`;
}

function backToLogin(reply: FastifyReply, error: unknown): void {
  neverCached(reply);
  reply.redirect(`/login?problem=${encodeURIComponent(messageOf(error))}`, 302);
}
