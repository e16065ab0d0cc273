import { type KindError, messageOf, systemError } from '../../base/errors.js';
import type { Image } from '../../graph/image.js';
import type { Layers } from '../../graph/layers.js';

/**
 * Looks whether all layers of an image are on the disk: before an answer begins that could only break off later.
 * @throws System naming the image, the layer and what to do
 */
export async function checkLayers(layers: Layers, image: Image): Promise<void> {
  await Promise.all(
    layers.stack(image.topLayer).map(({ chainId, diffId }) =>
      layers.check(chainId).catch((error: unknown) => {
        throw damagedLayer(image, diffId, error);
      }),
    ),
  );
}

function damagedLayer(image: Image, diffId: string, error: unknown): KindError {
  const name = image.repoTags[0] ?? image.repoDigests[0] ?? image.id;
  return systemError(
    `layer ${diffId} of image ${name} is damaged (${messageOf(error)}): remove the image and pull or load it again`,
    error,
  );
}
