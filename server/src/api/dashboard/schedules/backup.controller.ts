import { Controller, Delete, Get, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Backups, type VolumeBackup as Backup } from '../../../schedules/backups.js';
import type { VolumeBackup } from '../../generated/dashboard/types.gen.js';
import { Caller, type EngineCaller, sendBytes } from '../../http/index.js';

/** Backups of volumes that people make by hand go with the others of them; so many are kept at most. */
const KEPT = 10_000;

/** The backups of volumes, whoever or whatever made them. */
@Controller('dashboard/backups')
export class BackupController {
  constructor(private readonly backups: Backups) {}

  @Get(':volume')
  async list(@Param('volume') volume: string): Promise<VolumeBackup[]> {
    return (await this.backups.list(volume)).map(toAnswer);
  }

  @Post(':volume')
  async create(@Param('volume') volume: string, @Caller() { signal }: EngineCaller): Promise<VolumeBackup> {
    return toAnswer(await this.backups.make(volume, KEPT, signal ?? new AbortController().signal));
  }

  @Get(':volume/:name')
  async read(@Param('volume') volume: string, @Param('name') name: string, @Res() reply: FastifyReply): Promise<void> {
    const { content, size } = await this.backups.read(volume, name);
    await sendBytes(reply, 'application/octet-stream', content, {
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(`${volume}-${name}`)}`,
      'x-content-type-options': 'nosniff',
      'content-length': String(size),
    });
  }

  @Delete(':volume/:name')
  async remove(@Param('volume') volume: string, @Param('name') name: string): Promise<void> {
    await this.backups.remove(volume, name);
  }

  @Post(':volume/:name/restore')
  async restore(@Param('volume') volume: string, @Param('name') name: string): Promise<void> {
    await this.backups.restore(volume, name);
  }
}

function toAnswer({ name, created, size }: Backup): VolumeBackup {
  return { name, created: new Date(created).toISOString(), size };
}
