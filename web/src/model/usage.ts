import type { ContainerSummary } from '@/client/containers';
import type { ImageSummary } from '@/client/images';
import { shortId } from './format';

/** Containers by the key of something they use: `keysOf` gives the keys. */
export function usersBy(
  containers: ContainerSummary[],
  keysOf: (container: ContainerSummary) => string[],
): ReadonlyMap<string, ContainerSummary[]> {
  const users = new Map<string, ContainerSummary[]>();
  for (const container of containers) {
    for (const key of new Set(keysOf(container))) {
      const list = users.get(key);
      if (list) list.push(container);
      else users.set(key, [container]);
    }
  }
  return users;
}

export const imageOf = ({ ImageID }: ContainerSummary): string[] => [ImageID];
export const networksOf = ({ NetworkSettings }: ContainerSummary): string[] =>
  Object.entries(NetworkSettings?.Networks ?? {}).map(([name, { NetworkID }]) => NetworkID || name);
export const volumesOf = ({ Mounts }: ContainerSummary): string[] =>
  (Mounts ?? []).flatMap(({ Type, Name }) => (Type === 'volume' && Name ? [Name] : []));

/** How an image is called in a list: its first tag, or its short ID. */
export const titleOf = ({ Id, RepoTags }: ImageSummary): string => RepoTags?.find((tag) => tag !== '<none>:<none>') ?? shortId(Id);

/** All tags, without the placeholder that old clients know. */
export const tagsOf = ({ RepoTags }: Pick<ImageSummary, 'RepoTags'>): string[] => (RepoTags ?? []).filter((tag) => tag !== '<none>:<none>');

/** Networks that every daemon has, and that cannot be removed. */
export const isBuiltIn = (name: string): boolean => name === 'bridge' || name === 'host' || name === 'none';
