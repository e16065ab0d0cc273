import type { Volume } from '../../api/generated/types.gen.js';
import type { VolumeDetails } from '../../volume/volumes.js';

/** A volume as Docker's API shows it. */
export function toVolume({ name, driver, scope, mountpoint, created, labels, options, status }: VolumeDetails): Volume {
  return {
    ...(created && { CreatedAt: created }),
    Driver: driver,
    Labels: Object.keys(labels).length > 0 ? { ...labels } : null,
    Mountpoint: mountpoint,
    Name: name,
    Options: Object.keys(options).length > 0 ? { ...options } : null,
    Scope: scope,
    ...(status && { Status: { ...status } }),
  };
}
