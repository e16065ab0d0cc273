import type { HostConfig } from '../../api/generated/types.gen.js';
import type { IdRange, UserMapping } from '../../base/config.js';
import { joinedContainer, type Namespace, type PidOf } from './namespaces.js';

/** The user namespace of a container: of its own with these IDs, or that of the container whose other namespaces it joins. */
export interface UserNamespace {
  readonly namespace: Namespace;
  readonly mappings: { readonly uidMappings: readonly IdRange[]; readonly gidMappings: readonly IdRange[] };
}

/**
 * Which user namespace a container has; undefined for the host's. Namespaces belong to a user namespace: to join those of
 * another container is to join its user namespace, too.
 */
export function userNamespace(hostConfig: HostConfig, remapped: UserMapping | undefined, pidOf: PidOf): UserNamespace | undefined {
  if (!isRemapped(hostConfig, remapped)) return undefined;
  const { NetworkMode, IpcMode, PidMode } = hostConfig;
  const [joined] = [NetworkMode, IpcMode, PidMode].map(joinedContainer).filter((reference) => reference !== undefined);
  // Of one that is joined some runtimes ask for them, too.
  const mappings = { uidMappings: remapped?.uids ?? [], gidMappings: remapped?.gids ?? [] };
  return { namespace: { type: 'user', ...(joined !== undefined && { path: `/proc/${pidOf(joined)}/ns/user` }) }, mappings };
}

/** Whether a container gets other IDs than the host's. */
export function isRemapped({ UsernsMode }: HostConfig, remapped: UserMapping | undefined): boolean {
  return remapped !== undefined && UsernsMode !== 'host';
}
