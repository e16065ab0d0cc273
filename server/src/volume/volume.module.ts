import { Global, Module } from '@nestjs/common';
import { Volumes } from './volumes.js';

/** Volumes. */
@Global()
@Module({ providers: [Volumes], exports: [Volumes] })
export class VolumeModule {}
