import { Inject, Injectable } from '@nestjs/common';
import { mkdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { ContainerCreateRequest, ContainerCreateResponse, HostConfig, NetworkingConfig } from '../../api/generated/types.gen.js';
import { DAEMON_CONFIG, type DaemonConfig } from '../../base/config.js';
import { invalidParameter } from '../../base/errors.js';
import { newId, shortId } from '../../base/ids.js';
import { formatPlatform, hostPlatform, parsePlatform, platformDistance } from '../../base/platform.js';
import type { Undo } from '../../base/undo.js';
import { eventAttributes } from '../../container/attributes.js';
import { argumentsOf, Container, type ContainerRecord } from '../../container/container.js';
import { parseName, randomName } from '../../container/names.js';
import { logTag } from '../../container/log-attributes.js';
import type { ContainerMount } from '../../container/mount.js';
import { joinedContainer } from '../../container/oci-spec/namespaces.js';
import { CREATED } from '../../container/state.js';
import { Containers } from '../../container/store.js';
import { nowRfc3339 } from '../../container/time.js';
import { Events } from '../../events/events.js';
import type { Image } from '../../graph/image.js';
import { Images } from '../../graph/images.js';
import { Layers } from '../../graph/layers.js';
import { Volumes } from '../../volume/volumes.js';
import type { Job, JobContext } from '../job.js';
import { checkLayers } from '../image/damaged-layer.js';
import { fillHostConfig, networkMode, validateResources } from './create/host-config.js';
import { Launch } from './process/launch.js';
import { Logs } from './logs/logs.js';
import { mergeConfig } from './create/merge-config.js';
import { MountPoints } from './mounts/mount-points.js';
import { containerFolder } from './rootfs/paths.js';
import { validateConfig } from './create/validate-config.js';
import { validateModes } from './create/validate-modes.js';

export interface ContainerCreateParams {
  readonly name?: string;
  readonly platform?: string;
  readonly body: ContainerCreateRequest;
  /** See ContainerRecord. */
  readonly step?: boolean;
}

/** Makes a container that is ready to be started. */
@Injectable()
export class ContainerCreate implements Job<ContainerCreateParams, ContainerCreateResponse> {
  constructor(
    @Inject(DAEMON_CONFIG) private readonly daemon: DaemonConfig,
    private readonly containers: Containers,
    private readonly images: Images,
    private readonly layers: Layers,
    private readonly volumes: Volumes,
    private readonly mountPoints: MountPoints,
    private readonly logs: Logs,
    private readonly launch: Launch,
    private readonly events: Events,
  ) {}

  async run({ name, platform, body, step }: ContainerCreateParams, { undo }: JobContext): Promise<ContainerCreateResponse> {
    const image = this.images.get(body.Image ?? '', platform ? parsePlatform(platform) : undefined);
    const warnings = platform ? [] : platformWarnings(image);
    const id = newId();
    const draft = this.draft(id, body, image);
    warnings.push(...this.validate(draft));
    const chosen = this.reserveName(name, id);
    undo.add(chosen, () => this.containers.release(chosen));
    const mounts = await this.mountPoints.resolve(id, draft.config, draft.hostConfig);
    await this.make({ ...draft, name: chosen, mounts, ...(step && { step }) }, image, undo);
    return { Id: id, Warnings: warnings };
  }

  private draft(id: string, body: ContainerCreateRequest, image: Image): ContainerRecord {
    const { HostConfig = {}, NetworkingConfig = {}, ...given } = body;
    validateModes(given, HostConfig, this.daemon.remappedUser);
    const config = mergeConfig(given, image.config);
    const hostConfig = this.withIds(fillHostConfig(HostConfig, this.daemon, this.launch.host));
    config.Hostname ||= this.hostname(id, hostConfig);
    return {
      id,
      name: '',
      created: nowRfc3339(),
      image: image.id,
      driver: this.daemon.storageDriver,
      config,
      hostConfig,
      networking: normalised(NetworkingConfig),
      mounts: [],
    };
  }

  /** Who shares a network shares the name it goes by there. */
  private hostname(id: string, { UTSMode, NetworkMode }: HostConfig): string {
    if (UTSMode === 'host' || NetworkMode === 'host') return hostname();
    const joined = joinedContainer(NetworkMode);
    return (joined && this.containers.get(joined).record.config.Hostname) || shortId(id);
  }

  /** Containers whose namespaces are joined are remembered by ID: a name may pass to another one. */
  private withIds(hostConfig: HostConfig): HostConfig {
    const withId = (mode: string | undefined) => {
      const reference = joinedContainer(mode);
      return reference === undefined ? mode : `container:${this.containers.get(reference).id}`;
    };
    const { NetworkMode, IpcMode, PidMode } = hostConfig;
    return { ...hostConfig, NetworkMode: withId(NetworkMode), IpcMode: withId(IpcMode), PidMode: withId(PidMode) };
  }

  private validate(record: ContainerRecord): string[] {
    const { config, hostConfig } = record;
    const { host } = this.launch;
    validateConfig(config, hostConfig, host);
    this.launch.links.checkTargets(record);
    if (argumentsOf(config).length === 0) throw invalidParameter('no command specified');
    const { Type = '', Config } = hostConfig.LogConfig ?? {};
    this.logs.driver(Type).validate(Config ?? {});
    if (Config?.['tag']) logTag(record, Config['tag']);
    const warnings = validateResources(hostConfig, host);
    const ports = Object.keys(hostConfig.PortBindings ?? {}).length > 0;
    if (ports && hostConfig.NetworkMode === 'host') warnings.push('Published ports are discarded when using host network mode');
    return warnings;
  }

  private reserveName(name: string | undefined, id: string): string {
    if (name) {
      const bare = parseName(name);
      this.containers.reserve(bare, id);
      return bare;
    }
    for (let attempt = 0; ; attempt++) {
      const random = randomName(attempt);
      if (this.containers.isTaken(random)) continue;
      this.containers.reserve(random, id);
      return random;
    }
  }

  private async make(record: ContainerRecord, image: Image, undo: Undo): Promise<void> {
    const { id, mounts } = record;
    for (const mount of mounts) if (mount.type === 'volume') this.holdVolume(mount.name ?? '', id, mount.anonymous ?? false, undo);
    for (const mount of mounts) if (mount.layer) await this.holdImage(mount, mount.layer, undo);
    const folder = containerFolder(this.daemon, id);
    undo.add(folder, () => rm(folder, { recursive: true, force: true }));
    await Promise.all([
      mkdir(folder, { recursive: true, mode: 0o710 }),
      this.createLayer(id, image).then(() => undo.add(id, () => this.layers.remove(id))),
    ]);
    const container = new Container(record, CREATED);
    this.containers.insert(container);
    this.events.publish('container', 'create', id, eventAttributes(container));
  }

  /** A layer of the image that is missing on the disk is named. */
  private async createLayer(id: string, image: Image): Promise<void> {
    try {
      await this.layers.createReadWrite(id, image.topLayer);
    } catch (error) {
      await checkLayers(this.layers, image);
      throw error;
    }
  }

  private async holdImage({ source }: ContainerMount, layer: string, undo: Undo): Promise<void> {
    await this.layers.createReadWrite(layer, this.images.get(source).topLayer);
    undo.add(layer, () => this.layers.remove(layer));
  }

  private holdVolume(name: string, id: string, anonymous: boolean, undo: Undo): void {
    this.volumes.hold(name, id);
    undo.add(name, () => {
      this.volumes.release(name, id);
      return anonymous ? this.volumes.remove(name) : undefined;
    });
  }
}

function normalised({ EndpointsConfig }: NetworkingConfig): NetworkingConfig {
  return {
    EndpointsConfig: Object.fromEntries(Object.entries(EndpointsConfig ?? {}).map(([name, endpoint]) => [networkMode(name), endpoint])),
  };
}

function platformWarnings(image: Image): string[] {
  if (platformDistance(image, hostPlatform) !== undefined) return [];
  return [
    `The requested image's platform (${formatPlatform(image)}) does not match the detected host platform (${formatPlatform(hostPlatform)}) ` +
      'and no specific platform was requested',
  ];
}
