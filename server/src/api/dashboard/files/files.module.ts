import { Module } from '@nestjs/common';
import { FilesController } from './files.controller.js';

/** Files of containers, images, layers and volumes, for the page. */
@Module({ controllers: [FilesController] })
export class FilesModule {}
