import { Inject, Injectable, Logger } from '@nestjs/common';
import { conflict, messageOf, notFound } from '../base/errors.js';
import {
  DEFAULT_VOLUME_DRIVER,
  VOLUME_DRIVERS,
  type FoundVolume,
  type OpenPlace,
  type VolumeDriver,
  type VolumeDrivers,
} from '../drivers/volumedriver/driver.js';
import { Events } from '../events/events.js';
import { Database } from '../state/database.js';
import { VolumeStore, type VolumeRecord } from './store.js';

export type { VolumeRecord } from './store.js';

export interface VolumeRequest {
  readonly name: string;
  /** Without one: that of a volume of this name, wherever it is, else the default. */
  readonly driver?: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly anonymous?: boolean;
  /** ID of the container it is made for and goes with, should the daemon end before that container is there or while it goes. */
  readonly owner?: string;
}

/** A volume with what only its driver knows. */
export interface VolumeDetails extends VolumeRecord {
  readonly status?: Readonly<Record<string, unknown>>;
}

/** All volumes and the containers that use them. Drivers keep the data. */
@Injectable()
export class Volumes {
  private readonly log = new Logger('Volumes');
  private readonly store: VolumeStore;
  private readonly users = new Map<string, Set<string>>();
  private readonly creating = new Map<string, Promise<VolumeRecord>>();

  constructor(
    database: Database,
    private readonly events: Events,
    @Inject(VOLUME_DRIVERS) private readonly drivers: VolumeDrivers,
  ) {
    this.store = new VolumeStore(database);
  }

  /** One that was made through this daemon. @throws NotFound */
  get(name: string): VolumeRecord {
    const volume = this.store.find(name);
    if (!volume) throw notFound(`get ${name}: no such volume`);
    return volume;
  }

  find(name: string): VolumeRecord | undefined {
    return this.store.find(name);
  }

  /** Those that were made through this daemon. */
  all(): VolumeRecord[] {
    return this.store.all();
  }

  /** Names of the drivers there are. */
  driverNames(): Promise<string[]> {
    return this.drivers.names();
  }

  /** Those too that plugins have from elsewhere; a plugin that cannot tell is a warning. */
  async list(): Promise<{ volumes: VolumeRecord[]; warnings: string[] }> {
    const { drivers, warnings } = await this.drivers.others();
    const lists = await Promise.allSettled(drivers.map((driver) => driver.list()));
    const foreign = lists.flatMap((list, index) =>
      list.status === 'fulfilled' ? list.value.map((found) => foreignVolume(drivers[index] as VolumeDriver, found)) : [],
    );
    const failures = lists.flatMap((list) => (list.status === 'rejected' ? [messageOf(list.reason)] : []));
    const own = this.store.all();
    return {
      volumes: [...own, ...foreign.filter(({ name }) => !this.store.find(name))],
      warnings: [...warnings, ...failures],
    };
  }

  /** One volume as its driver shows it now. @throws NotFound */
  async inspect(name: string): Promise<VolumeDetails> {
    const volume = this.store.find(name);
    if (!volume) return (await this.foreign(name)) ?? this.get(name);
    if (volume.driver === DEFAULT_VOLUME_DRIVER) return volume;
    const found = await (await this.drivers.get(volume.driver)).find(name);
    return { ...volume, mountpoint: found?.mountpoint || volume.mountpoint, ...(found?.status && { status: found.status }) };
  }

  /** Makes a volume, or returns the one of that name. @throws Conflict when that is another driver's, NotFound for an unknown driver */
  async create(request: VolumeRequest): Promise<VolumeRecord> {
    const known = this.store.find(request.name) ?? (await this.creating.get(request.name));
    if (known) {
      if (!request.driver || known.driver === request.driver) return known;
      throw conflict(
        `create ${request.name}: volume ${request.name} already exists with driver ${known.driver}: conflict: volume name must be unique`,
      );
    }
    const making = this.make(request);
    this.creating.set(request.name, making);
    try {
      return await making;
    } finally {
      this.creating.delete(request.name);
    }
  }

  /**
   * Deletes a volume and its data. @throws Conflict while a container uses it, NotFound
   * @param force forget it also where its driver cannot delete it
   */
  async remove(name: string, { force = false }: { force?: boolean } = {}): Promise<void> {
    const volume = this.store.find(name) ?? (await this.foreign(name)) ?? this.get(name);
    const users = this.usersOf(name);
    if (users.length > 0) throw conflict(`remove ${name}: volume is in use - [${users.join(', ')}]`);
    const known = this.store.find(name) !== undefined;
    if (known) this.store.setUnfinished(name, 'removing');
    try {
      await (await this.drivers.get(volume.driver)).remove(volume);
    } catch (error) {
      if (!force && known) this.store.setUnfinished(name, '');
      if (!force) throw error;
      this.log.warn(`volume ${name} is forgotten, but its driver ${volume.driver} could not remove it: ${messageOf(error)}`);
    }
    if (known) this.store.delete(name);
    this.events.publish('volume', 'destroy', name, { driver: volume.driver });
  }

  /** Notes that container `user` has the volume among its mount points. */
  hold(name: string, user: string): void {
    const users = this.users.get(name) ?? new Set();
    this.users.set(name, users.add(user));
  }

  /** Container `user` is gone or needs the volume no more. */
  release(name: string, user: string): void {
    const users = this.users.get(name);
    users?.delete(user);
    if (users?.size === 0) this.users.delete(name);
  }

  /** IDs of the containers that have the volume among their mount points. */
  usersOf(name: string): string[] {
    return [...(this.users.get(name) ?? [])];
  }

  /** The folder to bind into container `user`. @param facts further attributes of the event */
  async mount(name: string, user: string, facts: Readonly<Record<string, string>> = {}): Promise<string> {
    const volume = this.get(name);
    const folder = await (await this.drivers.get(volume.driver)).mount(volume, user);
    this.events.publish('volume', 'mount', name, { container: user, driver: volume.driver, ...facts });
    return folder;
  }

  /** Opens a place in the folder that `mount` gave. @throws InvalidParameter, System */
  openPlace(folder: string, subpath: string): Promise<OpenPlace> {
    return this.drivers.openPlace(folder, subpath);
  }

  async unmount(name: string, user: string): Promise<void> {
    const volume = this.store.find(name);
    if (!volume) return;
    await (await this.drivers.get(volume.driver)).unmount(volume, user);
    this.events.publish('volume', 'unmount', name, { container: user, driver: volume.driver });
  }

  /** Told once at start which containers go on: what else a former daemon mounted is unmounted. */
  async retain(running: ReadonlySet<string>): Promise<void> {
    for (const volume of this.store.all().filter(({ driver }) => driver === DEFAULT_VOLUME_DRIVER)) {
      const users = this.usersOf(volume.name).filter((user) => running.has(user));
      await (await this.drivers.get(volume.driver)).retain(volume, users);
    }
  }

  /** The volume outlives `owner`, the container it was made for. */
  keep(name: string, owner: string): void {
    this.store.disown(name, owner);
  }

  /**
   * Finishes what a former daemon was about: volumes that were being made or removed, and those of containers that never came
   * to be, or whose removal was to take them along. Called once at start, when all containers hold theirs.
   * @param containers IDs of all there are
   */
  async recover(containers: ReadonlySet<string>): Promise<void> {
    for (const { name, driver, options, unfinished, owner } of this.store.unfinished()) {
      const isOrphan = owner !== '' && !containers.has(owner) && this.usersOf(name).length === 0;
      try {
        if (unfinished === 'removing' || isOrphan) await this.discard(name, driver, options);
        else if (unfinished === 'making')
          this.store.finish(name, (await (await this.drivers.get(driver)).create(name, options)).mountpoint);
      } catch (error) {
        this.log.error(`volume ${name} is left as a former daemon left it: ${messageOf(error)}`);
      }
    }
  }

  /** Bytes of the volume's files; undefined where its driver cannot tell. */
  async usage(name: string): Promise<number | undefined> {
    const volume = this.get(name);
    return (await this.drivers.get(volume.driver)).usage(volume);
  }

  private async discard(name: string, driver: string, options: Readonly<Record<string, string>>): Promise<void> {
    const { mountpoint = '' } = this.store.find(name) ?? {};
    await (await this.drivers.get(driver)).remove({ name, mountpoint, options });
    this.store.delete(name);
  }

  private async make({
    name,
    driver,
    options = {},
    labels = {},
    anonymous = false,
    owner: container = '',
  }: VolumeRequest): Promise<VolumeRecord> {
    const found = driver || anonymous ? undefined : await this.foreign(name);
    const owner = await this.drivers.get(driver ?? found?.driver ?? DEFAULT_VOLUME_DRIVER);
    const created = found?.created ?? now();
    const draft = { name, mountpoint: '', options, driver: owner.name, scope: owner.scope, created, labels, anonymous };
    this.store.begin(draft, container);
    const volume = await this.made(draft, found, owner);
    this.events.publish('volume', 'create', name, { driver: owner.name });
    return volume;
  }

  private async made(draft: VolumeRecord, found: FoundVolume | undefined, driver: VolumeDriver): Promise<VolumeRecord> {
    try {
      const { mountpoint } = found ?? (await driver.create(draft.name, draft.options));
      draft = { ...draft, mountpoint };
    } catch (error) {
      this.store.delete(draft.name);
      throw error;
    }
    // Where this fails the disk is full: the volume stays as one that is being made, and the next start or request finishes it.
    return this.store.finish(draft.name, draft.mountpoint);
  }

  /** A volume that a plugin has and nobody made through this daemon. */
  private async foreign(name: string): Promise<VolumeDetails | undefined> {
    const { drivers } = await this.drivers.others();
    for (const driver of drivers) {
      const found = await driver.find(name).catch((error: unknown) => this.log.warn(`volume ${name}: ${messageOf(error)}`));
      if (found) return foreignVolume(driver, found);
    }
    return undefined;
  }
}

function foreignVolume(driver: VolumeDriver, { name, mountpoint, created, status }: FoundVolume): VolumeDetails {
  const record = { name, mountpoint, driver: driver.name, scope: driver.scope, created: created ?? '', labels: {}, options: {} };
  return { ...record, anonymous: false, ...(status && { status }) };
}

const now = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');
