import { archive } from '../../libcontainer/index.js';
import { settle } from '../../libcontainer/archive-error.js';
import type { LayerTable } from './layer-table.js';

/** Brings a file system onto the disk; callers that come while one is under way share the next. */
export class DiskSync {
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;

  constructor(private readonly path: string) {}

  /** Resolves when everything written before the call is on the disk. */
  sync(): Promise<void> {
    if (!this.running) return (this.running = this.start());
    this.next ??= this.running
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return (this.running = this.start());
      });
    return this.next;
  }

  private async start(): Promise<void> {
    try {
      await settle(archive.syncFileSystem(this.path));
    } finally {
      this.running = undefined;
    }
  }
}

/** Brings the layers of a table that are not on the disk yet onto it. */
export async function persistLayers(table: LayerTable, disk: DiskSync): Promise<void> {
  const ids = table.unsynced();
  if (ids.length === 0) return;
  await disk.sync();
  table.synced(ids);
}
