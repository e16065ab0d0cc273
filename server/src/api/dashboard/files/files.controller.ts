import { Body, Controller, Delete, Get, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { invalidParameter } from '../../../base/errors.js';
import { Engine } from '../../../engine/engine.js';
import {
  FileMove,
  FileRemove,
  FilesList,
  FilesRead,
  FilesUnpack,
  FilesWrite,
  FolderMake,
  VolumeClone,
} from '../../../engine/files/index.js';
import { ImageLayers } from '../../../engine/image/layers.js';
import type { FilesReadParams } from '../../../engine/files/read.js';
import type {
  DashboardFileListData,
  DashboardFileReadData,
  DashboardFileRemoveData,
  DashboardFileUnpackData,
  DashboardFileWriteData,
  DashboardFolderMakeData,
  FileList,
  FileMoveRequest,
  ImageLayer,
  VolumeCloneRequest,
} from '../../generated/dashboard/types.gen.js';
import { Caller, type EngineCaller, sendBytes } from '../../http/index.js';

type Place = DashboardFileListData['path'];

/** Files of containers, images, layers and volumes. */
@Controller('dashboard')
export class FilesController {
  constructor(private readonly engine: Engine) {}

  @Get('files/:kind/:id')
  list(@Param() place: Place, @Query() { path }: DashboardFileListData['query'], @Caller() caller: EngineCaller): Promise<FileList> {
    return this.engine.run(FilesList, { ...place, path }, caller);
  }

  @Get('files/:kind/:id/content')
  read(
    @Param() place: Place,
    @Query() { path, archive = false }: DashboardFileReadData['query'],
    @Res() reply: FastifyReply,
    @Caller() caller: EngineCaller,
  ): Promise<void> {
    const send: FilesReadParams['send'] = (content, size, name) =>
      // A file of a container is never shown as a page of ours.
      sendBytes(reply, 'application/octet-stream', content, {
        'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
        'x-content-type-options': 'nosniff',
        ...(size !== undefined && { 'x-file-size': String(size) }),
      });
    return this.engine.run(FilesRead, { ...place, path, archive, send }, caller);
  }

  @Put('files/:kind/:id/content')
  write(
    @Param() place: Place,
    @Query() { path }: DashboardFileWriteData['query'],
    @Req() request: FastifyRequest,
    @Caller() caller: EngineCaller,
  ): Promise<void> {
    const size = Number(request.headers['content-length']);
    if (!Number.isSafeInteger(size)) throw invalidParameter('the length of the file must be told (Content-Length)');
    return this.engine.run(FilesWrite, { ...place, path, size, content: request.raw }, caller);
  }

  @Put('files/:kind/:id/archive')
  unpack(
    @Param() place: Place,
    @Query() { path }: DashboardFileUnpackData['query'],
    @Req() request: FastifyRequest,
    @Caller() caller: EngineCaller,
  ): Promise<void> {
    return this.engine.run(FilesUnpack, { ...place, path, archive: request.raw }, caller);
  }

  @Delete('files/:kind/:id')
  remove(@Param() place: Place, @Query() { path }: DashboardFileRemoveData['query'], @Caller() caller: EngineCaller): Promise<void> {
    return this.engine.run(FileRemove, { ...place, path }, caller);
  }

  @Post('files/:kind/:id/folder')
  makeFolder(@Param() place: Place, @Query() { path }: DashboardFolderMakeData['query'], @Caller() caller: EngineCaller): Promise<void> {
    return this.engine.run(FolderMake, { ...place, path }, caller);
  }

  @Post('files/:kind/:id/move')
  move(@Param() place: Place, @Body() { from, to }: FileMoveRequest, @Caller() caller: EngineCaller): Promise<void> {
    return this.engine.run(FileMove, { ...place, from, to }, caller);
  }

  @Post('volumes/:name/clone')
  clone(@Param('name') name: string, @Body() { name: to }: VolumeCloneRequest, @Caller() caller: EngineCaller): Promise<void> {
    return this.engine.run(VolumeClone, { name, to }, caller);
  }

  @Get('images/:name/layers')
  layers(@Param('name') name: string, @Caller() caller: EngineCaller): Promise<ImageLayer[]> {
    return this.engine.run(ImageLayers, { name }, caller);
  }
}
