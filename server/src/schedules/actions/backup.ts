import { Injectable } from '@nestjs/common';
import { Backups } from '../backups.js';
import type { Action } from '../action.js';
import type { Schedule } from '../schedule.js';

const MIB = 1024 ** 2;

/** Keeps a copy of a volume. */
@Injectable()
export class Backup implements Action {
  constructor(private readonly backups: Backups) {}

  async run({ target, keep }: Schedule, signal: AbortSignal): Promise<string> {
    const { name, size } = await this.backups.make(target, keep, signal);
    return `${name}, ${(size / MIB).toFixed(1)} MiB`;
  }
}
