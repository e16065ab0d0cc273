import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { forbidden, kindOf, messageOf } from '../../../base/errors.js';
import { Engine } from '../../../engine/engine.js';
import { SystemAuth } from '../../../engine/system/auth.js';
import { registryDomain, RegistryLogins } from '../../../registry/logins.js';
import type { RegistryLogin, RegistryLoginRequest } from '../../generated/dashboard/types.gen.js';
import { Caller, type EngineCaller } from '../../http/index.js';

/** The logins that are kept for registries. Their passwords go in here and never out. */
@Controller('dashboard/registries')
export class RegistryController {
  constructor(
    private readonly logins: RegistryLogins,
    private readonly engine: Engine,
  ) {}

  @Get()
  list(): RegistryLogin[] {
    return this.logins.all();
  }

  /** Nothing is kept that the registry does not take. */
  @Post()
  async login(@Body() { domain: text, username, password }: RegistryLoginRequest, @Caller() caller: EngineCaller): Promise<RegistryLogin> {
    const domain = registryDomain(text);
    try {
      await this.engine.run(SystemAuth, { username, password, serveraddress: domain }, caller);
    } catch (error) {
      // 401 would say that whoever asks is not signed in here.
      throw kindOf(error) === 'Unauthorized' ? forbidden(messageOf(error), error) : error;
    }
    this.logins.set({ domain, username }, password);
    return { domain, username };
  }

  @Delete(':domain')
  remove(@Param('domain') domain: string): void {
    this.logins.remove(domain);
  }
}
