import { Controller, Delete, Get, Param } from '@nestjs/common';
import { ContainerShells } from '../../../engine/container/shells.js';
import { Engine } from '../../../engine/engine.js';
import type { ContainerShells as Shells } from '../../generated/dashboard/types.gen.js';
import { TerminalSessions } from './sessions.js';

/** Terminals are opened over the live connection; here is told what can be opened, and they are ended. */
@Controller('dashboard')
export class TerminalController {
  constructor(
    private readonly engine: Engine,
    private readonly sessions: TerminalSessions,
  ) {}

  @Get('containers/:id/shells')
  shells(@Param('id') id: string): Promise<Shells> {
    return this.engine.run(ContainerShells, { id });
  }

  @Delete('terminals/:id')
  delete(@Param('id') id: string): Promise<void> {
    return this.sessions.end(id);
  }
}
