import { Injectable } from '@nestjs/common';
import { conflict } from '../../base/errors.js';
import { Volumes } from '../../volume/volumes.js';
import type { Job, JobContext } from '../job.js';
import { FilesAccess } from './files-access.js';

export interface VolumeCloneParams {
  /** The one that is copied. */
  readonly name: string;
  /** Of the new one. */
  readonly to: string;
}

/** Makes a volume with the labels and options of another one and a copy of its files. */
@Injectable()
export class VolumeClone implements Job<VolumeCloneParams, void> {
  constructor(
    private readonly volumes: Volumes,
    private readonly access: FilesAccess,
  ) {}

  lock({ to }: VolumeCloneParams): string {
    return `volume/${to}`;
  }

  async run({ name, to }: VolumeCloneParams, { undo }: JobContext): Promise<void> {
    const { driver, labels, options } = this.volumes.get(name);
    if (this.volumes.find(to)) throw conflict(`a volume named ${to} is there already: choose another name`);
    undo.add(await this.volumes.create({ name: to, driver, labels, options }), () => this.volumes.remove(to));
    await this.access.use({ kind: 'volume', id: name }, (from) =>
      this.access.use({ kind: 'volume', id: to }, (copy) => copy.unpack('/', from.pack('/.', '.'), { keepKinds: false })),
    );
  }
}
