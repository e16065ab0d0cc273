import type { BuildCache as BuildCacheItem } from '../../api/generated/types.gen.js';
import { toRfc3339 } from '../../container/time.js';
import type { BuildCache, BuildRecord } from '../../graph/build-cache.js';
import type { Images } from '../../graph/images.js';
import type { ImageDeletion } from './deletion.js';

/** Whether the image of a step is more than a memory of a build: it has a name, a container, or images built from it. */
export function isInUse({ image }: BuildRecord, images: Images, deletion: ImageDeletion): boolean {
  const { repoTags, repoDigests } = images.byId(image);
  return repoTags.length + repoDigests.length > 0 || deletion.obstacle(image, { forced: false, named: true }) !== undefined;
}

/** What builds remember, as `docker system df` lists it: a size is that of the step's own files. */
export function buildCacheItems(cache: BuildCache, images: Images, deletion: ImageDeletion): BuildCacheItem[] {
  return cache.all().map((record) => ({
    ID: record.key,
    Parents: null,
    Type: 'regular',
    Description: record.description,
    InUse: images.isHeld(record.image),
    Shared: isInUse(record, images, deletion),
    Size: images.ownSize(record.image),
    CreatedAt: toRfc3339(record.created),
    LastUsedAt: toRfc3339(record.lastUsed),
    UsageCount: record.uses,
  }));
}
