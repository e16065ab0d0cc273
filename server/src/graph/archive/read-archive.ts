import { invalidParameter, notFound } from '../../base/errors.js';
import { formatPlatform, type Platform, platformDistance } from '../../base/platform.js';
import { parseImage } from '../image.js';
import type { StagedArchive } from '../../drivers/graphdriver/driver.js';
import type { ArchiveImage } from './archive.js';
import { readDockerArchive } from './docker-archive.js';
import { hasIndexes, readOciLayout } from './oci-layout.js';

/**
 * The images of an archive of either kind; one that is both is read as `docker save` meant it, unless only its OCI layout can say
 * that images are there for several platforms.
 * @param platforms all of which are wanted from images that come for several; every one that is there when it is empty
 * @throws InvalidParameter, NotFound when the archive has nothing for one of `platforms`
 */
export function readArchive(archive: StagedArchive, platforms: readonly Platform[] = []): ArchiveImage[] {
  const isLayout = archive.files.has('index.json');
  if (archive.files.has('manifest.json') && !(isLayout && hasIndexes(archive))) {
    const images = readDockerArchive(archive);
    const fitting = platforms.length > 0 ? images.filter((image) => platforms.some((platform) => fits(image, platform))) : images;
    if (fitting.length > 0 || !isLayout) return complete(fitting, platforms);
  }
  if (isLayout) return complete(readOciLayout(archive, platforms), platforms);
  throw invalidParameter('invalid archive: it has neither manifest.json nor index.json');
}

function fits({ config }: ArchiveImage, platform: Platform): boolean {
  return platformDistance(parseImage(config), platform) !== undefined;
}

function complete(images: ArchiveImage[], platforms: readonly Platform[]): ArchiveImage[] {
  const missing = platforms.find((platform) => !images.some((image) => fits(image, platform)));
  if (missing) throw notFound(`the archive has no image for platform ${formatPlatform(missing)}`);
  if (images.length === 0) throw invalidParameter('invalid archive: it lists no image');
  return images;
}
