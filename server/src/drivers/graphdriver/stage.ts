import { systemError } from '../../base/errors.js';
import type { ArchiveWriter, NativeLayer } from '../../libcontainer/index.js';
import { archiveError, settle } from '../../libcontainer/archive-error.js';
import { passing } from '../../libcontainer/young-buffers.js';
import type { LayerStage, UnpackedLayer } from './driver.js';

/** A layer that is unpacked and that no row of the table knows. `folder` is its name below the driver's root. */
export class EndedStage implements LayerStage {
  constructor(
    readonly folder: string,
    /** What came out of the tar. */
    readonly unpacked: NativeLayer,
    private readonly drop: () => Promise<void>,
  ) {}

  async write(): Promise<void> {
    throw systemError(`layer stage ${this.folder} has ended`);
  }

  async end(): Promise<UnpackedLayer> {
    return this.unpacked;
  }

  abort(): Promise<void> {
    return this.drop();
  }
}

/** A layer being unpacked. */
export class OpenStage implements LayerStage {
  private ended: EndedStage | undefined;

  /** @param drop deletes `folder` */
  constructor(
    private readonly folder: string,
    private readonly writer: ArchiveWriter<NativeLayer>,
    private readonly drop: () => Promise<void>,
  ) {}

  /** @throws System before `end` has resolved */
  get whole(): EndedStage {
    if (!this.ended) throw systemError(`layer stage ${this.folder} has not ended`);
    return this.ended;
  }

  write(chunk: Buffer): Promise<void> {
    passing(chunk.length);
    return settle(this.writer.write(chunk));
  }

  async end(): Promise<UnpackedLayer> {
    try {
      this.ended = new EndedStage(this.folder, await this.writer.end(), this.drop);
      return this.ended.unpacked;
    } catch (error) {
      await this.drop();
      throw archiveError(error);
    }
  }

  async abort(): Promise<void> {
    await this.writer.abort();
    await this.drop();
  }
}
