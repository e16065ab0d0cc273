import { answer } from './http';
import { systemDataUsage } from './generated/docker/sdk.gen';
import type { ContainerSummary, ImageSummary, Volume } from './generated/docker/types.gen';

/** What takes space, object by object; the containers with the sizes of their own layers. */
export interface DiskUsage {
  images: { total: number; items: ImageSummary[] };
  containers: { total: number; items: ContainerSummary[] };
  volumes: { total: number; items: Volume[] };
}

export async function measureDisk(): Promise<DiskUsage> {
  const { ImageUsage, ContainerUsage, VolumeUsage } = await answer(systemDataUsage({ query: { verbose: true } }));
  return {
    images: { total: ImageUsage?.TotalSize ?? 0, items: (ImageUsage?.Items ?? []) as ImageSummary[] },
    containers: { total: ContainerUsage?.TotalSize ?? 0, items: (ContainerUsage?.Items ?? []) as ContainerSummary[] },
    volumes: { total: VolumeUsage?.TotalSize ?? 0, items: (VolumeUsage?.Items ?? []) as Volume[] },
  };
}
