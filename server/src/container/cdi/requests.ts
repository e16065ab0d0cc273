import type { DeviceRequest } from '../../api/generated/types.gen.js';
import { invalidParameter } from '../../base/errors.js';

/**
 * The devices of the Container Device Interface that are asked for, by their names.
 * @throws InvalidParameter for a request to a driver that there is none of
 */
export function requestedDevices(requests: readonly DeviceRequest[] | null | undefined): string[] {
  return (requests ?? []).flatMap(({ Driver = '', DeviceIDs, Capabilities }) => {
    if (Driver === 'cdi') return DeviceIDs ?? [];
    const capabilities = (Capabilities ?? []).map((set) => `[${set.join(' ')}]`).join(' ');
    throw invalidParameter(`could not select device driver "${Driver}" with capabilities: [${capabilities}]`);
  });
}
