import { Undo } from '../../../base/undo.js';
import { testStore } from '../../../graph/testing/store.js';
import { Registry } from '../../../registry/registry.js';
import type { Patience } from '../../../registry/transport.js';
import { ImageCreate } from '../create.js';
import { ImageImport } from '../import.js';
import type { ProgressMessage } from '../progress.js';
import { LayerTransfers } from '../pull/layer-transfers.js';
import { ImagePull } from '../pull/pull.js';

export function testContext(signal = new AbortController().signal) {
  return { undo: new Undo(), signal, version: '1.56' };
}

/** ImageCreate on a graph in memory, with registries that are given little time. */
export function testPull(patience: Partial<Patience> = {}) {
  const store = testStore();
  const registry = new Registry({ insecureRegistries: [] }).withPatience({ connect: 1000, idle: 2000, tries: 3, backOff: 5, ...patience });
  const transfers = new LayerTransfers(store.layers, { maxConcurrentDownloads: 3 });
  const job = new ImageCreate(
    new ImagePull(registry, store.images, store.layers, store.blobs, store.references, transfers, store.events),
    new ImageImport(store.images, store.layers, store.events),
  );
  const pull = async (fromImage: string, more: { tag?: string; platform?: string; auth?: object; signal?: AbortSignal } = {}) => {
    const messages: ProgressMessage[] = [];
    const auth = more.auth && Buffer.from(JSON.stringify(more.auth)).toString('base64url');
    await job.run(
      { fromImage, tag: more.tag, platform: more.platform, auth, progress: (message) => void messages.push(message) },
      testContext(more.signal),
    );
    return messages;
  };
  /** Everything that a failed pull could have left. */
  const left = () => ({ images: store.images.list().length, layers: store.driver.layers.size, stages: store.driver.open.size });
  return { ...store, registry, pull, left };
}

export const NOTHING = { images: 0, layers: 0, stages: 0 };
