import { invalidParameter, notFound } from '../../base/errors.js';
import { formatPlatform, hostPlatform, type Platform, platformDistance } from '../../base/platform.js';
import { parseImage } from '../image.js';
import type { StagedArchive } from '../../drivers/graphdriver/driver.js';
import type { ArchiveImage } from './archive.js';
import { readDockerArchive } from './docker-archive.js';
import { readOciLayout } from './oci-layout.js';

/**
 * The images of an archive of either kind; one that is both is read as `docker save` meant it.
 * @param platform wanted from images that come for several; the host's when left out
 * @throws InvalidParameter, NotFound when the archive has nothing for `platform`
 */
export function readArchive(archive: StagedArchive, platform?: Platform): ArchiveImage[] {
  if (archive.files.has('manifest.json')) {
    const images = readDockerArchive(archive);
    const fitting = platform ? images.filter(({ config }) => platformDistance(parseImage(config), platform) !== undefined) : images;
    if (fitting.length > 0 || !archive.files.has('index.json')) return some(fitting, platform);
  }
  if (archive.files.has('index.json')) return some(readOciLayout(archive, platform ?? hostPlatform), platform);
  throw invalidParameter('invalid archive: it has neither manifest.json nor index.json');
}

function some(images: ArchiveImage[], platform: Platform | undefined): ArchiveImage[] {
  if (images.length > 0) return images;
  if (platform) throw notFound(`the archive has no image for platform ${formatPlatform(platform)}`);
  throw invalidParameter('invalid archive: it lists no image');
}
