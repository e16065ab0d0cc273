import type { Type } from '@nestjs/common';
import { VolumeCreate } from './create.js';
import { VolumeDelete } from './delete.js';
import { VolumeInspect } from './inspect.js';
import { VolumeList } from './list.js';
import { VolumePrune } from './prune.js';
import { VolumeUpdate } from './update.js';

export { VolumeCreate, VolumeDelete, VolumeInspect, VolumeList, VolumePrune, VolumeUpdate };

/** The jobs on volumes, one file each. */
export const volumeJobs: Type[] = [VolumeCreate, VolumeDelete, VolumeInspect, VolumeList, VolumePrune, VolumeUpdate];
