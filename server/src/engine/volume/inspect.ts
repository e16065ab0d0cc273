import { Injectable } from '@nestjs/common';
import type { Volume } from '../../api/generated/types.gen.js';
import { Volumes } from '../../volume/volumes.js';
import type { Job } from '../job.js';
import { toVolume } from './to-volume.js';

/** Shows a volume. */
@Injectable()
export class VolumeInspect implements Job<{ name: string }, Volume> {
  constructor(private readonly volumes: Volumes) {}

  async run({ name }: { name: string }): Promise<Volume> {
    return toVolume(await this.volumes.inspect(name));
  }
}
