import { Injectable } from '@nestjs/common';
import type { Volume, VolumeCreateRequest } from '../../api/generated/types.gen.js';
import { invalidParameter } from '../../base/errors.js';
import { newId } from '../../base/ids.js';
import { Volumes } from '../../volume/volumes.js';
import type { Job } from '../job.js';
import { toVolume } from './to-volume.js';

/** Makes a volume, or answers with the one of that name. */
@Injectable()
export class VolumeCreate implements Job<VolumeCreateRequest, Volume> {
  constructor(private readonly volumes: Volumes) {}

  async run({ Name, Driver, DriverOpts, Labels, ClusterVolumeSpec }: VolumeCreateRequest): Promise<Volume> {
    if (ClusterVolumeSpec) throw invalidParameter('cluster volumes need a swarm, which this daemon is not part of');
    const anonymous = !Name;
    const volume = await this.volumes.create({
      name: Name || newId(),
      ...(Driver && { driver: Driver }),
      options: DriverOpts ?? {},
      labels: { ...Labels, ...(anonymous && { 'com.docker.volume.anonymous': '' }) },
      anonymous,
    });
    return toVolume(volume);
  }
}
