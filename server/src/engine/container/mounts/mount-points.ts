import { Injectable } from '@nestjs/common';
import type { ContainerConfig, HostConfig } from '../../../api/generated/types.gen.js';
import { invalidParameter, kindOf, messageOf } from '../../../base/errors.js';
import { newId } from '../../../base/ids.js';
import type { ContainerMount } from '../../../container/mount.js';
import { Containers } from '../../../container/store.js';
import { Volumes } from '../../../volume/volumes.js';
import { parseBind } from './parse-bind.js';
import { parseDestination } from './parse-destination.js';
import { parseMount } from './parse-mount.js';

/** Finds out what is mounted where in a new container, and makes the volumes it needs. */
@Injectable()
export class MountPoints {
  constructor(
    private readonly containers: Containers,
    private readonly volumes: Volumes,
  ) {}

  /**
   * The mount points of a new container: those of other containers, then Binds and Mounts, then the image's volumes where nothing else is.
   * @throws InvalidParameter, NotFound for a container of VolumesFrom, Conflict
   */
  async resolve(id: string, config: ContainerConfig, hostConfig: HostConfig): Promise<ContainerMount[]> {
    const inherited = (hostConfig.VolumesFrom ?? []).flatMap((from) => this.inherit(from));
    const mounts = new Map(inherited.map((mount) => [mount.destination, mount]));
    const given = [...(hostConfig.Binds ?? []).map((bind) => parseBind(bind, hostConfig)), ...(hostConfig.Mounts ?? []).map(parseMount)];
    const seen = new Set(Object.keys(hostConfig.Tmpfs ?? {}));
    for (const mount of given) {
      if (seen.has(mount.destination)) throw invalidParameter(`Duplicate mount point: ${mount.destination}`);
      seen.add(mount.destination);
      mounts.set(mount.destination, mount);
    }
    for (const path of Object.keys(config.Volumes ?? {})) {
      const destination = parseDestination(path);
      if (!mounts.has(destination) && !seen.has(destination))
        mounts.set(destination, anonymousVolume(destination, hostConfig.VolumeDriver));
    }
    return Promise.all(
      [...mounts.values()].map((mount, index) => {
        if (mount.type === 'image') return { ...mount, layer: `${id}-${index}` };
        return mount.type === 'volume' ? this.makeVolume(id, mount, hostConfig) : mount;
      }),
    );
  }

  private async makeVolume(id: string, mount: ContainerMount, hostConfig: HostConfig): Promise<ContainerMount> {
    const options = hostConfig.Mounts?.find(({ Target }) => Target === mount.destination)?.VolumeOptions;
    const request = {
      name: mount.name || newId(),
      ...(mount.driver && { driver: mount.driver }),
      options: options?.DriverConfig?.Options ?? {},
      labels: { ...options?.Labels, ...(mount.anonymous && { 'com.docker.volume.anonymous': '' }) },
      anonymous: mount.anonymous ?? false,
      ...(mount.anonymous && { owner: id }),
    };
    const volume = await this.volumes.create(request).catch(refuseDriver);
    return { ...mount, name: volume.name, driver: volume.driver, source: volume.mountpoint };
  }

  private inherit(from: string): ContainerMount[] {
    const [, reference = from, mode = 'rw'] = /^(.+?)(?::([a-zA-Z,]+))?$/.exec(from) ?? [];
    if (!['rw', 'ro', 'z', 'Z'].includes(mode)) throw invalidParameter(`invalid mode for volumes-from: ${mode}`);
    const { mounts } = this.containers.get(reference).record;
    return mounts.map((mount) => ({ ...mount, mode, writable: mount.writable && mode !== 'ro', anonymous: false }));
  }
}

/** Clients take a "not found" for the image's, and pull it. */
function refuseDriver(error: unknown): never {
  throw kindOf(error) === 'NotFound' ? invalidParameter(messageOf(error), error) : error;
}

function anonymousVolume(destination: string, driver: string | undefined): ContainerMount {
  return {
    type: 'volume',
    name: '',
    source: '',
    destination,
    ...(driver && { driver }),
    mode: '',
    writable: true,
    propagation: '',
    copyUp: true,
    anonymous: true,
  };
}
