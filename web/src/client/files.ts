import { answer, tokenHeader } from './http';
import { ApiError } from './errors';
import {
  dashboardFileList,
  dashboardFileMove,
  dashboardFileRemove,
  dashboardFolderMake,
  dashboardImageLayers,
  dashboardVolumeClone,
} from './generated/dashboard/sdk.gen';
import type { FileEntry, FileList, ImageLayer } from './generated/dashboard/types.gen';

export type { FileEntry, FileList, ImageLayer };

/** What has files: a container, an image, one layer alone (by chain ID), a volume. */
export interface FilesPlace {
  kind: 'container' | 'image' | 'layer' | 'volume';
  id: string;
}

export const listFiles = (place: FilesPlace, path: string): Promise<FileList> =>
  answer(dashboardFileList({ path: { ...place }, query: { path } }));
export const lookIntoLayers = (image: string): Promise<ImageLayer[]> => answer(dashboardImageLayers({ path: { name: image } }));
export const cloneVolume = (name: string, to: string): Promise<unknown> =>
  answer(dashboardVolumeClone({ path: { name }, body: { name: to } }));

/** Makes a folder in one that is there. */
export const makeFolder = (place: FilesPlace, path: string): Promise<unknown> =>
  answer(dashboardFolderMake({ path: { ...place }, query: { path } }));
/** Gives a file or folder another path; nothing is overwritten. */
export const moveFile = (place: FilesPlace, from: string, to: string): Promise<unknown> =>
  answer(dashboardFileMove({ path: { ...place }, body: { from, to } }));
/** Deletes a file, or a folder with all that is in it. */
export const removeFile = (place: FilesPlace, path: string): Promise<unknown> =>
  answer(dashboardFileRemove({ path: { ...place }, query: { path } }));

/** Where a file is downloaded from, or with `archive` a tar of a file or folder. */
export function contentAddress({ kind, id }: FilesPlace, path: string, archive = false): string {
  const query = new URLSearchParams({ path, ...(archive && { archive: 'true' }) });
  return `/dashboard/files/${kind}/${encodeURIComponent(id)}/content?${query}`;
}

/** @throws ApiError */
export async function readFile(place: FilesPlace, path: string): Promise<ArrayBuffer> {
  const response = await fetch(contentAddress(place, path));
  if (!response.ok) throw await errorOf(response);
  return response.arrayBuffer();
}

/** Writes a whole file. @throws ApiError */
export const writeFile = (place: FilesPlace, path: string, content: Blob): Promise<void> =>
  put(contentAddress(place, path), 'application/octet-stream', content);

/** Unpacks a tar into a folder. @throws ApiError */
export const unpackInto = ({ kind, id }: FilesPlace, path: string, archive: Blob): Promise<void> =>
  put(`/dashboard/files/${kind}/${encodeURIComponent(id)}/archive?${new URLSearchParams({ path })}`, 'application/x-tar', archive);

async function put(address: string, type: string, body: Blob): Promise<void> {
  const response = await fetch(address, { method: 'PUT', headers: { 'content-type': type, ...tokenHeader() }, body });
  if (!response.ok) throw await errorOf(response);
}

async function errorOf(response: Response): Promise<ApiError> {
  const { message } = (await response.json().catch(() => ({}))) as { message?: string };
  return new ApiError(message ?? `the daemon answered ${response.status}`, response.status);
}
