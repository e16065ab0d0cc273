import type { HostConfig } from '../../../api/generated/types.gen.js';
import { invalidParameter } from '../../../base/errors.js';

/** Refuses what Docker has on other platforms or with other storage only. @throws InvalidParameter */
export function validatePlatform(hostConfig: HostConfig): void {
  const { Isolation = '', IOMaximumBandwidth = 0, IOMaximumIOps = 0, StorageOpt, ShmSize = 0 } = hostConfig;
  if (!['', 'default'].includes(Isolation.toLowerCase())) throw invalidParameter(`invalid isolation "${Isolation}" on linux`);
  if (IOMaximumBandwidth !== 0) throw invalidParameter('invalid QoS settings: linux does not support configuration of maximum bandwidth');
  if (IOMaximumIOps !== 0) throw invalidParameter('invalid QoS settings: linux does not support configuration of maximum IOPs');
  if (ShmSize < 0) throw invalidParameter('SHM size can not be less than 0');
  const [option] = Object.keys(StorageOpt ?? {});
  if (option === 'size') {
    throw invalidParameter("--storage-opt is supported only for overlay over xfs with 'pquota' mount option");
  }
  if (option !== undefined) throw invalidParameter(`Unknown option ${option}`);
}
