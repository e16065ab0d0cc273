import { answer } from './http';
import { volumeCreate, volumeDelete } from './generated/docker/sdk.gen';
import type { Volume } from './generated/docker/types.gen';

export type { Volume };

export const createVolume = (name: string): Promise<unknown> => answer(volumeCreate({ body: { Name: name } }));
export const removeVolume = (name: string): Promise<unknown> => answer(volumeDelete({ path: { name } }));
