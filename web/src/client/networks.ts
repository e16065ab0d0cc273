import { answer } from './http';
import { networkConnect, networkCreate, networkDelete, networkDisconnect, networkInspect } from './generated/docker/sdk.gen';
import type { Network, NetworkCreateData, NetworkInspectResponses } from './generated/docker/types.gen';

export type { Network };
export type NetworkInspect = NetworkInspectResponses[200];
export type NetworkCreateRequest = NetworkCreateData['body'];

export const inspectNetwork = (id: string): Promise<NetworkInspect> => answer(networkInspect({ path: { id } }));
export const createNetwork = (body: NetworkCreateRequest): Promise<unknown> => answer(networkCreate({ body }));
export const removeNetwork = (id: string): Promise<unknown> => answer(networkDelete({ path: { id } }));
/** Joins a container to a network; a running one at once. @param aliases names it has there, besides its own */
export const connectContainer = (id: string, container: string, aliases: string[]): Promise<unknown> =>
  answer(networkConnect({ path: { id }, body: { Container: container, EndpointConfig: aliases.length > 0 ? { Aliases: aliases } : {} } }));
export const disconnectContainer = (id: string, container: string): Promise<unknown> =>
  answer(networkDisconnect({ path: { id }, body: { Container: container, Force: false } }));
