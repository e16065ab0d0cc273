import { Module } from '@nestjs/common';
import { LiveModule } from '../../live/live.module.js';
import { ImageBuildController } from './image-build.controller.js';
import { ImageUpdateController } from './image-update.controller.js';
import { RegistryController } from './registry.controller.js';

/** Registries, as dashboard-api.openapi.yaml describes them. */
@Module({ imports: [LiveModule], controllers: [ImageBuildController, ImageUpdateController, RegistryController] })
export class RegistryApiModule {}
