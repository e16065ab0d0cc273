/** What is kept of a volume. */
export interface StoredVolume {
  readonly name: string;
  /** Folder on the host that holds the data; '' where a driver tells it only once the volume is mounted. */
  readonly mountpoint: string;
  readonly options: Readonly<Record<string, string>>;
}

/** What a driver itself knows of a volume. */
export interface FoundVolume {
  readonly name: string;
  readonly mountpoint: string;
  /** RFC 3339. */
  readonly created?: string;
  /** Whatever the driver wants to tell about it. */
  readonly status?: Readonly<Record<string, unknown>>;
}

/**
 * Keeps the data of volumes.
 *
 * const volume = await driver.create('data', {});
 * const folder = await driver.mount(volume, containerId);  // bind it
 * await driver.unmount(volume, containerId);
 * await driver.remove(volume);
 */
export interface VolumeDriver {
  /** As `docker volume ls` shows it, such as 'local'. */
  readonly name: string;
  /** Whether its volumes are of this machine or the same on all machines that have the driver. */
  readonly scope: 'local' | 'global';
  /** Makes an empty volume; one that is there already is taken over. @throws InvalidParameter for a name or options that are not understood */
  create(name: string, options: Readonly<Record<string, string>>): Promise<StoredVolume>;
  /** Deletes a volume and its data; a missing one is no error. */
  remove(volume: StoredVolume): Promise<void>;
  /** Makes the data reachable for `user` (a container's ID). @returns the folder to bind */
  mount(volume: StoredVolume, user: string): Promise<string>;
  /** `user` needs it no more. */
  unmount(volume: StoredVolume, user: string): Promise<void>;
  /** Told once at start: `users` of the volume go on, whatever else a former daemon mounted it for is gone. */
  retain(volume: StoredVolume, users: readonly string[]): Promise<void>;
  /** Bytes of its files; undefined where that cannot be told. */
  usage(volume: StoredVolume): Promise<number | undefined>;
  /** The volume of this name, whoever made it; undefined when there is none. */
  find(name: string): Promise<FoundVolume | undefined>;
  /** All volumes it has, whoever made them. */
  list(): Promise<FoundVolume[]>;
}

/** The drivers there are: the ones built in, and those of plugins, which come and go. */
export interface VolumeDrivers {
  /** Names of all, for people to choose from. */
  names(): Promise<string[]>;
  /** @throws NotFound, System when it is a plugin that does not answer */
  get(name: string): Promise<VolumeDriver>;
  /** Those that have volumes which nobody made through this daemon. A plugin that does not answer is told as a warning. */
  others(): Promise<{ drivers: VolumeDriver[]; warnings: string[] }>;
  /**
   * Opens a folder or file in the folder of a volume, of whatever driver. Symbolic links are refused: whoever writes to the
   * volume could point them anywhere.
   * @throws InvalidParameter when it is not there or leads out of the volume, System
   */
  openPlace(folder: string, subpath: string): Promise<OpenPlace>;
}

/** A place in a volume that nobody can exchange for another one until it is closed. */
export interface OpenPlace {
  /** Leads there for all processes of the host. */
  readonly path: string;
  close(): void;
}

/** Driver of volumes that name none. */
export const DEFAULT_VOLUME_DRIVER = 'local';

/** Nest token of the VolumeDrivers. */
export const VOLUME_DRIVERS = Symbol('VolumeDrivers');
