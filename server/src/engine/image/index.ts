import type { Type } from '@nestjs/common';
import { ImageAttestations } from './attestations.js';
import { BaseImages } from './build/base-images.js';
import { BuildContainers } from './build/build-containers.js';
import { CacheCare } from './build/cache-care.js';
import { Contexts } from './build/contexts.js';
import { Downloads } from './build/downloads.js';
import { Squash } from './build/squash.js';
import { StepLayers } from './build/step-layers.js';
import { WorkFolders } from './build/work-folders.js';
import { BuildPrune } from './build-prune.js';
import { ImageBuild } from './build.js';
import { ImageCommit } from './commit.js';
import { ImageCreate } from './create.js';
import { ImageDelete } from './delete.js';
import { ImageDeletion } from './deletion.js';
import { ImageGetAll } from './get-all.js';
import { ImageGet } from './get.js';
import { ImageHistory } from './history.js';
import { ImageImport } from './import.js';
import { ImageInspect } from './inspect.js';
import { ImageLayers } from './layers.js';
import { ImageList } from './list.js';
import { ImageLoad } from './load.js';
import { ManifestSummaries } from './manifest-summaries.js';
import { ImagePrune } from './prune.js';
import { LayerTransfers } from './pull/layer-transfers.js';
import { ImagePull } from './pull/pull.js';
import { ImagePush } from './push.js';
import { ImageSearch } from './search.js';
import { ImageTag } from './tag.js';

/** The jobs on images, one file each, and the rules that some of them share. */
export const imageJobs: Type[] = [
  BuildPrune,
  ImageAttestations,
  ImageBuild,
  ImageCommit,
  ImageCreate,
  ImageDelete,
  ImageGet,
  ImageGetAll,
  ImageHistory,
  ImageInspect,
  ImageLayers,
  ImageList,
  ImageLoad,
  ImagePrune,
  ImagePush,
  ImageSearch,
  ImageTag,
  ImageDeletion,
  ImageImport,
  ImagePull,
  LayerTransfers,
  ManifestSummaries,
  BaseImages,
  BuildContainers,
  CacheCare,
  Contexts,
  Downloads,
  Squash,
  StepLayers,
  WorkFolders,
];

export {
  BuildPrune,
  ImageAttestations,
  ImageBuild,
  ImageCommit,
  ImageCreate,
  ImageDelete,
  ImageGet,
  ImageGetAll,
  ImageHistory,
  ImageInspect,
  ImageLayers,
  ImageList,
  ImageLoad,
  ImagePrune,
  ImagePush,
  ImageSearch,
  ImageTag,
};
export type { Progress, ProgressMessage } from './progress.js';
