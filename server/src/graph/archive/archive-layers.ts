import { chainId } from '../../base/digest.js';
import { invalidParameter } from '../../base/errors.js';
import type { LayerLease } from '../layer-lease.js';
import type { Layer } from '../layer.js';
import type { Layers } from '../layers.js';
import type { StagedLayer } from '../../drivers/graphdriver/driver.js';

/** The unpacked layers of an archive: each is committed at most once, what is left over is discarded. */
export class ArchiveLayers {
  private readonly waiting: Map<string, StagedLayer>;
  private readonly committed = new Map<string, Layer>();

  constructor(layers: readonly StagedLayer[]) {
    this.waiting = new Map(layers.map((layer) => [layer.name, layer]));
  }

  /**
   * Makes the layer file `name` the layer with `diffId` on top of `parent`.
   * A layer the store has already may be missing in the archive; one that stands twice in an image is unpacked again.
   * @throws InvalidParameter when the file is missing or is not what its name or the config says
   */
  async commit(name: string, diffId: string, parent: string | undefined, lease: LayerLease): Promise<Layer> {
    const staged = this.waiting.get(name);
    if (staged) check(staged, diffId);
    const before = this.committed.get(name);
    if (before && before.diffId !== diffId) throw differs(name, before.diffId, diffId);
    const layer = (await lease.keep(chainId(parent, diffId))) ?? (await this.make(name, parent, lease));
    this.committed.set(name, layer);
    return layer;
  }

  /** Deletes what was not committed. */
  async discard(layers: Layers): Promise<void> {
    for (const { stage } of this.waiting.values()) await layers.discard(stage);
    this.waiting.clear();
  }

  private make(name: string, parent: string | undefined, lease: LayerLease): Promise<Layer> {
    const staged = this.waiting.get(name);
    const before = this.committed.get(name);
    if (!staged && before) return lease.copy(before, parent);
    if (!staged) throw invalidParameter(`invalid archive: layer ${JSON.stringify(name)} is missing`);
    this.waiting.delete(name);
    return lease.commit(staged.stage, staged.unpacked, parent);
  }
}

function check({ name, unpacked }: StagedLayer, diffId: string): void {
  const named = /(?:^|\/)blobs\/sha256\/([a-f0-9]{64})$/.exec(name)?.[1];
  if (named !== undefined && unpacked.digest !== `sha256:${named}`) {
    throw invalidParameter(`invalid archive: layer ${name} has digest ${unpacked.digest}`);
  }
  if (unpacked.diffId !== diffId) throw differs(name, unpacked.diffId, diffId);
}

function differs(name: string, actual: string, expected: string) {
  return invalidParameter(`invalid diffID for layer ${JSON.stringify(name)}: expected "${expected}", got "${actual}"`);
}
