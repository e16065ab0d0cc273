import { Inject, Injectable } from '@nestjs/common';
import { DAEMON_CONFIG, type DaemonConfig } from '../../../base/config.js';
import type { Descriptor } from '../../../base/manifest.js';
import { Slots } from '../../../base/slots.js';
import { Layers } from '../../../graph/layers.js';
import type { Repository } from '../../../registry/repository.js';
import { LayerTransfer, type TransferListener } from './layer-transfer.js';

/** The layers on their way: pulls of the same repository that want the same blob share one transfer. */
@Injectable()
export class LayerTransfers {
  private readonly running = new Map<string, LayerTransfer>();
  private readonly slots: Slots;

  constructor(
    private readonly layers: Layers,
    @Inject(DAEMON_CONFIG) config: Pick<DaemonConfig, 'maxConcurrentDownloads'>,
  ) {
    this.slots = new Slots(() => config.maxConcurrentDownloads);
  }

  /** Joins the transfer of a blob, or starts it. The caller leaves it in the end. */
  join(repository: Repository, descriptor: Descriptor, listener: TransferListener): LayerTransfer {
    const key = `${repository.session.origin}/${repository.path}@${descriptor.digest}`;
    const known = this.running.get(key);
    const transfer = known && !known.isDeserted ? known : this.start(key, repository, descriptor);
    transfer.join(listener);
    return transfer;
  }

  private start(key: string, repository: Repository, descriptor: Descriptor): LayerTransfer {
    const transfer = new LayerTransfer(this.layers, repository, descriptor, this.slots);
    this.running.set(key, transfer);
    const forget = () => {
      if (this.running.get(key) === transfer) this.running.delete(key);
    };
    transfer.done.then(forget, forget);
    return transfer;
  }
}
