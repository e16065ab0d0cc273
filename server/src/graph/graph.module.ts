import { Global, Module } from '@nestjs/common';
import { BuildCache } from './build-cache.js';
import { Images } from './images.js';
import { LayerBlobs } from './layer-blobs.js';
import { Layers } from './layers.js';
import { References } from './references.js';

/** The graph: images, what they are called and the layers they are made of. */
@Global()
@Module({ providers: [BuildCache, Images, LayerBlobs, Layers, References], exports: [BuildCache, Images, LayerBlobs, Layers, References] })
export class GraphModule {}
