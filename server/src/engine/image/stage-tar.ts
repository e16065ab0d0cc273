import type { LayerStage, UnpackedLayer } from '../../drivers/graphdriver/driver.js';
import type { Layers } from '../../graph/layers.js';

/** Unpacks a tar into a stage, which is then to be committed; when anything fails, nothing is left. */
export async function stageTar(
  layers: Layers,
  tar: AsyncIterable<unknown>,
  signal: AbortSignal,
): Promise<{ stage: LayerStage; unpacked: UnpackedLayer }> {
  const stage = await layers.stage();
  try {
    for await (const chunk of tar) {
      signal.throwIfAborted();
      await stage.write(chunk as Buffer);
    }
  } catch (error) {
    await stage.abort();
    throw error;
  }
  return { stage, unpacked: await stage.end() };
}
