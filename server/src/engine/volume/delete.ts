import { Injectable } from '@nestjs/common';
import { kindOf } from '../../base/errors.js';
import { Volumes } from '../../volume/volumes.js';
import type { Job } from '../job.js';

/** Deletes a volume that no container has; with `force` a missing one is no error. */
@Injectable()
export class VolumeDelete implements Job<{ name: string; force?: boolean }, void> {
  constructor(private readonly volumes: Volumes) {}

  lock({ name }: { name: string }): string {
    return `volume/${name}`;
  }

  async run({ name, force = false }: { name: string; force?: boolean }): Promise<void> {
    try {
      await this.volumes.remove(name, { force });
    } catch (error) {
      if (!force || kindOf(error) !== 'NotFound') throw error;
    }
  }
}
