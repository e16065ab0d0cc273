import type { MountPoint, MountType } from '../api/generated/types.gen.js';
import type { RootfsMount } from '../base/rootfs-mount.js';

/** A mount point of a container, as it is saved: Docker's MountPoint and what is needed to make it. */
export interface ContainerMount {
  readonly type: MountType;
  /** Volume's name. */
  readonly name?: string;
  /** Path on the host; '' of a tmpfs. */
  readonly source: string;
  readonly destination: string;
  /** Volume driver. */
  readonly driver?: string;
  /** As given after the second colon of a bind. */
  readonly mode: string;
  readonly writable: boolean;
  readonly propagation: string;
  /** Fill the volume from the image when it is empty. */
  readonly copyUp?: boolean;
  /** Made for this container alone: `rm -v` and `--rm` delete it. */
  readonly anonymous?: boolean;
  readonly nonRecursive?: boolean;
  /** The read-only flag reaches the mounts below too. */
  readonly recursiveReadOnly?: boolean;
  /** Folder inside the volume or image. */
  readonly subpath?: string;
  /** ID of the read-write layer that stands over a mounted image. */
  readonly layer?: string;
  /** How that layer is mounted; known only when the container starts. */
  readonly rootfs?: RootfsMount;
  /** Further mount options of a tmpfs. */
  readonly options?: readonly string[];
  /** It was asked for by Mounts, so its source must exist. */
  readonly strict?: boolean;
}

/** The mount point as Docker's API shows it. */
export function toMountPoint(mount: ContainerMount): MountPoint {
  return {
    Type: mount.type,
    ...(mount.name !== undefined && { Name: mount.name }),
    Source: mount.source,
    Destination: mount.destination,
    ...(mount.driver !== undefined && { Driver: mount.driver }),
    Mode: mount.mode,
    RW: mount.writable,
    Propagation: mount.propagation,
  };
}
